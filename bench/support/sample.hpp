// SPDX-License-Identifier: MIT
// What all products are made of: one slab of weights, repeated downwards, and activations.
#pragma once

#include "normal_values.hpp"

#include <gradus/core/matrix_view.hpp>

#include <cmath>
#include <cstring>
#include <span>
#include <vector>

namespace gradus_bench {

inline constexpr gradus::index_t sample_cols = 4096;
inline constexpr gradus::index_t slab_rows = 512;    ///< divides the rows of every shape
inline constexpr gradus::index_t most_tokens = 512;  ///< the largest batch

/// [slab_rows, sample_cols], standard deviation 0.02. Searching encoders would take minutes for
/// whole matrices; rows do not know of each other, so repeating packed rows costs the same time.
inline gradus::weights_view slab() {
    static const std::vector<float> drawn = normal_values(1, slab_rows * sample_cols, 0.02);
    return {drawn.data(), slab_rows, sample_cols};
}

/// [tokens, sample_cols], standard deviation 1.
inline gradus::matrix_view<const float> activations(gradus::index_t tokens) {
    static const std::vector<float> drawn = normal_values(2, most_tokens * sample_cols, 1.0);
    return {drawn.data(), tokens, sample_cols};
}

/// The first token's true outputs for the slab, in f64.
inline const std::vector<double>& true_outputs() {
    static const std::vector<double> sums = [] {
        const std::span<const float> x = activations(1).row(0);
        std::vector<double> made(slab_rows);
        for (gradus::index_t r = 0; r < slab_rows; ++r) {
            const std::span<const float> w = slab().row(r);
            for (gradus::index_t k = 0; k < sample_cols; ++k) {
                made[r] += static_cast<double>(w[k]) * static_cast<double>(x[k]);
            }
        }
        return made;
    }();
    return sums;
}

/// |y - W x| / |W x| over the first token's outputs of the first slab: the error of weights and
/// activations together.
inline double relative_error(std::span<const float> y) {
    double wrong = 0.0;
    double whole = 0.0;
    for (gradus::index_t r = 0; r < slab_rows; ++r) {
        const double off = static_cast<double>(y[r]) - true_outputs()[r];
        wrong += off * off;
        whole += true_outputs()[r] * true_outputs()[r];
    }
    return std::sqrt(wrong / whole);
}

/// Fills `whole` with copies of `part`, which must divide it.
inline void repeat(std::span<const std::byte> part, std::span<std::byte> whole) {
    for (std::size_t at = 0; at < whole.size(); at += part.size()) {
        std::memcpy(whole.data() + at, part.data(), part.size());
    }
}

}  // namespace gradus_bench
