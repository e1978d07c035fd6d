// SPDX-License-Identifier: MIT
// One side of a product: a matrix by the index that is summed over and the one that stays.
#pragma once

#include <gradus/core/matrix_view.hpp>

namespace gradus {

/// Element (k, i) of a product sum_k A(k, i) B(k, j) lies at data[k * sum_step + i * keep_step].
template <class T> struct operand {
    const T* data = nullptr;
    index_t sums = 0;   ///< values of k
    index_t keeps = 0;  ///< values of i
    index_t sum_step = 0;
    index_t keep_step = 0;

    /// k runs down the rows of `m`: A in A^T B, B in A B. T is then contiguous in i.
    [[nodiscard]] GRADUS_INLINE static operand down_rows(matrix_view<const T> m) {
        return {m.data, m.rows, m.cols, m.stride, 1};
    }

    /// k runs along the rows of `m`: A in A B, B in A B^T.
    [[nodiscard]] GRADUS_INLINE static operand along_rows(matrix_view<const T> m) {
        return {m.data, m.cols, m.rows, 1, m.stride};
    }
};

}  // namespace gradus
