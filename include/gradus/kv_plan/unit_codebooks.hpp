// SPDX-License-Identifier: MIT
// Codebooks of a head, trained on the standardised values of its units.
#pragma once

#include <gradus/kernels/kv_encode.hpp>
#include <gradus/layout/kv_block.hpp>
#include <gradus/mapping/codebook_training.hpp>

#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Values in scales of their vectors, and what a squared error of one costs there.
struct standardized_sample {
    std::vector<float> values;
    std::vector<float> weights;
};

/// Adds a vector x: (x - base) / scale with the grid that its cache would fit before any search,
/// weights w_i scale^2. A constant vector teaches nothing.
inline void add_standardized(floats x,
                             std::span<const double> weights,
                             bool centered,
                             const kv_fit& fit,
                             standardized_sample& sample) {
    const kv_grid grid = fit_level_grid(kv_moments_of(x), centered, fit.normalization, 1.0f);
    const float scale = grid.scale.value();
    if (scale == 0.0f) { return; }
    for (index_t i = 0; i < x.size(); ++i) {
        sample.values.push_back((x[i] - grid.base.value()) / scale);
        const auto s = static_cast<double>(scale);
        sample.weights.push_back(static_cast<float>(weights[i] * s * s));
    }
}

/// Levels of least weighted squared error, 2^width of them, by Lloyd's iteration. Empty where the
/// sample is smaller than four values a level: that would be memory, not training.
[[nodiscard]] inline std::vector<float> train_levels(const standardized_sample& sample, int width) {
    std::vector<float> levels;
    if (sample.values.size() < index_t{4} << width) { return levels; }
    with_kv_width(width, [&](auto bits) {
        const auto trained =
            train_codebook<bits()>(sample.values, sample.weights, codebook_placement::lloyd, false);
        levels.assign(trained.begin(), trained.end());
    });
    return levels;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
