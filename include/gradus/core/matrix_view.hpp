// SPDX-License-Identifier: MIT
// A row-major matrix that somebody else owns.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <span>
#include <type_traits>

namespace gradus {

/// Element (r, c) is `data[r * stride + c]`. Owns nothing; two words and a stride, pass by value.
template <class T> struct matrix_view {
    T* data = nullptr;
    index_t rows = 0;
    index_t cols = 0;
    index_t stride = 0;  ///< elements from one row to the next, at least `cols`

    GRADUS_INLINE constexpr matrix_view() = default;

    GRADUS_INLINE constexpr matrix_view(T* first,
                                        index_t row_count,
                                        index_t col_count,
                                        index_t row_stride)
        : data{first}, rows{row_count}, cols{col_count}, stride{row_stride} {
        GRADUS_EXPECT(row_stride >= col_count);
    }

    GRADUS_INLINE constexpr matrix_view(T* first, index_t row_count, index_t col_count)
        : matrix_view{first, row_count, col_count, col_count} {}

    /// A mutable view reads as a constant one.
    template <class U>
        requires(std::is_same_v<const U, T>)
    GRADUS_INLINE constexpr matrix_view(
        matrix_view<U> other)  // NOLINT(google-explicit-constructor)
        : data{other.data}, rows{other.rows}, cols{other.cols}, stride{other.stride} {}

    [[nodiscard]] GRADUS_INLINE constexpr std::span<T> row(index_t r) const {
        GRADUS_EXPECT(r < rows);
        return {data + r * stride, cols};
    }

    [[nodiscard]] GRADUS_INLINE constexpr T& operator()(index_t r, index_t c) const {
        GRADUS_EXPECT(r < rows && c < cols);
        return data[r * stride + c];
    }

    /// Rows [first, first + count), all columns.
    [[nodiscard]] GRADUS_INLINE constexpr matrix_view block(index_t first, index_t count) const {
        GRADUS_EXPECT(first <= rows && count <= rows - first);
        return {data + first * stride, count, cols, stride};
    }

    /// All rows, columns [first, first + count).
    [[nodiscard]] GRADUS_INLINE constexpr matrix_view columns(index_t first, index_t count) const {
        GRADUS_EXPECT(first <= cols && count <= cols - first);
        return {data + first, rows, count, stride};
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t size() const { return rows * cols; }
};

using weights_view = matrix_view<const float>;

}  // namespace gradus
