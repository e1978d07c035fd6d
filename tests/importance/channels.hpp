// SPDX-License-Identifier: MIT
// Matrices with statistics of their input channels.
#pragma once

#include "seed.hpp"

#include <gradus/concepts/importance.hpp>
#include <gradus/core/random.hpp>

#include <vector>

namespace gradus::test {

/// A matrix that owns its numbers, and those of its channels.
struct channels {
    index_t rows;
    index_t cols;
    std::vector<float> weights;  // [rows, cols]
    std::vector<double> magnitude;
    std::vector<double> variance;
    std::vector<double> hessian;
    std::vector<double> factor;

    [[nodiscard]] weights_view view() const { return {weights.data(), rows, cols}; }

    [[nodiscard]] channel_statistics statistics() const {
        return {magnitude, variance, hessian, factor};
    }
};

/// The example of the specification, by hand.
inline channels golden_channels() {
    return {2,
            4,
            {0.5f, -1.0f, 0.2f, 0.8f, 1.5f, 0.5f, -0.2f, 0.4f},
            {1, 2, 0.5, 0.5},
            {1, 4, 0.25, 0.25},
            {4, 6.25, 1, 0.9},
            {0.5, 0.4, 1, 1.1}};
}

inline channels random_channels(index_t rows, index_t cols, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x6368616eu, stream);
    channels found{rows, cols, {}, {}, {}, {}, {}};
    std::uint64_t n = 0;
    for (index_t i = 0; i < rows * cols; ++i) {
        found.weights.push_back(static_cast<float>(2.0 * key.uniform(n++) - 1.0));
    }
    for (index_t j = 0; j < cols; ++j) {
        found.magnitude.push_back(0.1 + key.uniform(n++));
        found.variance.push_back(0.1 + 3.0 * key.uniform(n++));
        found.hessian.push_back(0.1 + 9.0 * key.uniform(n++));
        found.factor.push_back(0.1 + key.uniform(n++));
    }
    return found;
}

}  // namespace gradus::test
