// SPDX-License-Identifier: MIT
// The order in which the columns of an input are stored: like beside like.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// sum over rows of w_j^2, times 1 / [H^-1]_jj: the loss of zeroing column j when all other columns
/// answer. Added to `sensitivity` [cols], which several matrices of one input may share.
inline void add_sensitivity(weights_view w,
                            std::span<const double> inverse_diagonal,  // [cols]
                            double weight,
                            std::span<double> sensitivity) {
    GRADUS_EXPECT(inverse_diagonal.size() == w.cols && sensitivity.size() == w.cols);
    std::vector<double> squares(w.cols);
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t j = 0; j < w.cols; ++j) {
            squares[j] += static_cast<double>(w(r, j)) * static_cast<double>(w(r, j));
        }
    }
    for (index_t j = 0; j < w.cols; ++j) {
        sensitivity[j] += weight * squares[j] / inverse_diagonal[j];
    }
}

/// Columns by falling score; ties as they lie.
[[nodiscard]] inline std::vector<index_t> order_by(std::span<const double> scores) {
    std::vector<index_t> order(scores.size());
    std::iota(order.begin(), order.end(), index_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](index_t a, index_t b) { return scores[a] > scores[b]; });
    return order;
}

/// The columns of a matrix in storage order: column i is column order[i] of `w`.
[[nodiscard]] inline std::vector<float> columns_in_order(weights_view w,
                                                         std::span<const index_t> order) {
    GRADUS_EXPECT(order.size() == w.cols);
    std::vector<float> turned(w.size());
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t i = 0; i < w.cols; ++i) {
            turned[r * w.cols + i] = w(r, order[i]);
        }
    }
    return turned;
}

/// The way back.
[[nodiscard]] inline std::vector<float> columns_put_back(weights_view stored,
                                                         std::span<const index_t> order) {
    GRADUS_EXPECT(order.size() == stored.cols);
    std::vector<float> turned(stored.size());
    for (index_t r = 0; r < stored.rows; ++r) {
        for (index_t i = 0; i < stored.cols; ++i) {
            turned[r * stored.cols + order[i]] = stored(r, i);
        }
    }
    return turned;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
