// SPDX-License-Identifier: MIT
// Putting the columns of a matrix, or of the input that it is multiplied with, into another order.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/layout/column_order.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// y[:, i] = x[:, source(i)]. Does not allocate; y may not alias x.
inline void permute_columns(const column_order_view& order,
                            matrix_view<const float> x,  // [rows, cols]
                            matrix_view<float> y) {      // [rows, cols]
    GRADUS_EXPECT(order.complete() && x.cols == order.cols && y.cols == order.cols &&
                  x.rows == y.rows);
    const auto move = [&](auto width) {
        for (index_t r = 0; r < x.rows; ++r) {
            const float* from = x.row(r).data();
            float* to = y.row(r).data();
            for (index_t i = 0; i < order.cols; ++i) {
                to[i] = from[stored_number(order.sources.data(), i, width())];
            }
        }
    };
    if (column_number_bytes(order.cols) == 2) {
        move([] { return index_t{2}; });
    } else {
        move([] { return index_t{4}; });
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
