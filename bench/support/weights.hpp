// SPDX-License-Identifier: MIT
// The matrix that all benchmarks of one comparison work on.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>

#include <string>
#include <vector>

namespace gradus_bench {

inline constexpr gradus::index_t rows = 4096;
inline constexpr gradus::index_t cols = 1024;
inline constexpr gradus::index_t float_bytes = rows * cols * sizeof(float);

inline const std::string shape_name = "/" + std::to_string(rows) + "x" + std::to_string(cols);

/// Sums of four uniform numbers: close to normal, as weights are.
inline const std::vector<float>& values() {
    static const std::vector<float> made = [] {
        const auto key = gradus::random_key::of(1);
        std::vector<float> drawn(rows * cols);
        for (gradus::index_t i = 0; i < drawn.size(); ++i) {
            const double sum = key.uniform(4 * i) + key.uniform(4 * i + 1) +
                               key.uniform(4 * i + 2) + key.uniform(4 * i + 3);
            drawn[i] = static_cast<float>(0.02 * (sum - 2.0));
        }
        return drawn;
    }();
    return made;
}

inline gradus::weights_view weights() {
    return {values().data(), rows, cols};
}

}  // namespace gradus_bench
