// SPDX-License-Identifier: MIT
// Sums down the columns of a matrix.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/real.hpp>

#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// sum over rows of f(w_rj), for each column j; in double, rows in order: one result everywhere, as
/// long as f itself has one.
template <class F>
[[nodiscard]] std::vector<double> column_sums(weights_view weights, F f) {  // [cols]
    std::vector<double> sums(weights.cols, 0.0);
    for (index_t r = 0; r < weights.rows; ++r) {
        const floats row = weights.row(r);
        for (index_t j = 0; j < row.size(); ++j) {
            sums[j] += rounded(f(static_cast<double>(row[j])));
        }
    }
    return sums;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
