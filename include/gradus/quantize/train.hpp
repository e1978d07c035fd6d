// SPDX-License-Identifier: MIT
// Training the codebook of a matrix together with the scales of its groups.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/tile_job.hpp>
#include <gradus/quantize/matrix_grid.hpp>
#include <gradus/quantize/recipe.hpp>

#include <bit>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Values in units of their scales, and how much each counts.
struct normalised_sample {
    std::vector<float> values;
    std::vector<float> weights;
};

/// Rows that training looks at: all of a small matrix, evenly spread ones of a large one.
[[nodiscard]] inline index_t training_stride(weights_view w) {
    constexpr index_t enough = index_t{1} << 18;  // values: a thousand a level at 8 bits
    const index_t rows_wanted = std::max<index_t>(1, enough / w.cols);
    return std::max<index_t>(1, w.rows / rows_wanted);
}

/// The power of two at or below the largest magnitude (1 for a matrix of zeros).
[[nodiscard]] inline float power_of_two_near(weights_view w) {
    float largest = 0.0f;
    for (index_t r = 0; r < w.rows; ++r) {
        const interval range = extent_of(w.row(r));
        largest = greatest(largest, greatest(-range.lo, range.hi));
    }
    const std::uint32_t exponent = std::bit_cast<std::uint32_t>(largest) & 0x7f800000u;
    return exponent == 0 ? 1.0f : std::bit_cast<float>(exponent);
}

/// One row's values over their scales. The squared error of a value is scale^2 times that in
/// scales, so it counts scale^2 (times its importance), here in units of `unit`^2.
template <layout_type L, class Range, rounding R>
void normalise_row(const tile_job<L, Range, R>& job,
                   floats row,
                   floats matrix_scale,
                   float unit,
                   float* values,
                   float* weights) {
    const std::uint32_t word = geometry<L>::matrix_grid ? 0 : row_word(job, row);
    const typename tile_job<L, Range, R>::stored map{job.map, word};
    for (index_t first = 0; first < row.size(); first += job.shape.group_cols) {
        const index_t count = std::min(job.shape.group_cols, row.size() - first);
        const floats part = row.subspan(first, count);
        const floats importance = importance_of(job.importance, first, count);
        const float scale = matrix_scale.empty()
                              ? map.fit(estimate(*job.range, part, importance, map)).scale
                              : matrix_scale[0];
        for (index_t i = 0; i < count; ++i) {
            values[first + i] = scale == 0.0f ? 0.0f : part[i] / scale;
            const float share = scale / unit;  // exact, and its square keeps within float
            const float square = rounded(share * share);
            weights[first + i] = importance.empty() ? square : square * importance[i];
        }
    }
}

/// Alternates between the scales that suit the codebook and the codebook that suits the scales.
/// The first round normalises by the min-max scale, whatever the range estimator.
template <layout_type L, class Range, rounding R, executor E>
[[nodiscard]] typename L::mapping_type
trained_mapping(weights_view w, const recipe<L, Range, R>& how, floats importance, E& threads) {
    typename L::mapping_type map = how.map;
    const geometry<L> shape{w.rows, w.cols, how.groups};
    const index_t stride = training_stride(w);
    const index_t rows = (w.rows + stride - 1) / stride;
    normalised_sample sample{std::vector<float>(rows * w.cols), std::vector<float>(rows * w.cols)};
    const float unit = power_of_two_near(w);
    const auto collect = [&](const auto& range) {
        using range_type = std::remove_cvref_t<decltype(range)>;
        const tile_job<L, range_type, R> job{shape, &map, &range, &how.rounding, importance, {}};
        std::vector<float> scale;
        if constexpr (geometry<L>::matrix_grid) { scale.push_back(matrix_grid_of(job, w).scale); }
        threads.for_each(rows, [&](index_t r) {
            normalise_row(job, w.row(r * stride), scale, unit, sample.values.data() + r * w.cols,
                          sample.weights.data() + r * w.cols);
        });
        map.train(sample.values, sample.weights);
    };
    collect(minmax{});
    if constexpr (!std::is_same_v<Range, minmax>) {
        for (int round = 1; round < how.training_rounds; ++round) {
            collect(how.range);
        }
    }
    return map;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
