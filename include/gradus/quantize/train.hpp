// SPDX-License-Identifier: MIT
// Training the codebook of a matrix together with the scales of its groups.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/encode_tile.hpp>
#include <gradus/quantize/matrix_grid.hpp>
#include <gradus/quantize/recipe.hpp>

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
    constexpr index_t enough = index_t{1}
                            << 18;  // values; the codebook of 2^8 levels moves by 1e-3 of a step
    const index_t rows_wanted = std::max<index_t>(1, enough / w.cols);
    return std::max<index_t>(1, w.rows / rows_wanted);
}

/// One row's values over their scales. The squared error of a value is scale^2 times that in
/// scales, so it counts scale^2 (times its importance).
template <layout_type L, class Range, rounding R>
void normalise_row(const tile_job<L, Range, R>& job,
                   floats row,
                   floats matrix_scale,
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
            const float square = rounded(scale * scale);
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
    const auto collect = [&](const auto& range) {
        using range_type = std::remove_cvref_t<decltype(range)>;
        const tile_job<L, range_type, R> job{shape, &map, &range, &how.rounding, importance, {}};
        std::vector<float> scale;
        if constexpr (geometry<L>::matrix_grid) { scale.push_back(matrix_grid_of(job, w).scale); }
        threads.for_each(rows, [&](index_t r) {
            normalise_row(job, w.row(r * stride), scale, sample.values.data() + r * w.cols,
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
