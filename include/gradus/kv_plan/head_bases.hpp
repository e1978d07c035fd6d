// SPDX-License-Identifier: MIT
// Shift and order of the channels of a head, from calibration.
#pragma once

#include <gradus/cache/based_cache.hpp>
#include <gradus/kv_plan/head_statistics.hpp>
#include <gradus/kv_plan/plan_options.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Channels by descending weight * variance, so that channels which want the same width share a
/// feature group; shift: their means.
[[nodiscard]] inline head_basis make_basis(matrix_view<const float> rows,  // [tokens, width]
                                           const std::vector<double>& weights,
                                           const plan_options& options) {
    head_basis basis = plain_basis(rows.cols);
    std::vector<double> price(rows.cols);
    for (index_t d = 0; d < rows.cols; ++d) {
        double sum = 0.0;
        double squares = 0.0;
        for (index_t t = 0; t < rows.rows; ++t) {
            const auto x = static_cast<double>(rows(t, d));
            sum += x;
            squares += x * x;
        }
        const auto count = static_cast<double>(rows.rows);
        const double mean = sum / count;
        price[d] = weights[d] * std::max(0.0, squares / count - mean * mean);
        if (options.shift) { basis.shift[d] = f16::from(static_cast<float>(mean)).value(); }
    }
    if (options.order) {
        std::stable_sort(basis.order.begin(), basis.order.end(),
                         [&](index_t a, index_t b) { return price[a] > price[b]; });
    }
    return basis;
}

/// Rows in the coordinates of a basis.
[[nodiscard]] inline std::vector<float> rows_in_basis(matrix_view<const float> rows,
                                                      const head_basis& basis) {
    std::vector<float> moved(rows.size());
    for (index_t t = 0; t < rows.rows; ++t) {
        to_basis(basis, rows.row(t), true, std::span{moved}.subspan(t * rows.cols, rows.cols));
    }
    return moved;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
