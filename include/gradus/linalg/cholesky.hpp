// SPDX-License-Identifier: MIT
// The reversed Cholesky factor of a symmetric matrix, blocked around the product.
#pragma once

#include <gradus/linalg/cholesky_block.hpp>
#include <gradus/linalg/product.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Strips of the rows that were just found, as left operand of the update above them.
template <class T, executor E>
void left_from_right(const strips<right_width, T>& from,
                     index_t height,
                     strips<left_width, T>& to,
                     E& threads) {
    threads.for_each(from.count(), [&](index_t s) {
        const T* const right = from.strip(s);
        for (index_t part = 0; part < right_width / left_width; ++part) {
            T* const left = to.strip(s * (right_width / left_width) + part);
            for (index_t k = 0; k < height; ++k) {
                std::copy_n(right + k * right_width + part * left_width, left_width,
                            left + k * left_width);
            }
        }
    });
}

/// Rows [first, first + m) of the factor, all columns up to them, and their part of what is above.
template <class T, executor E>
[[nodiscard]] std::optional<index_t> factor_rows_of(matrix_view<T> h, index_t first, E& threads) {
    const index_t m = std::min(factor_rows, h.rows - first);
    const matrix_view<T> rows = h.block(first, m);
    const matrix_view<T> square = rows.columns(first, m);
    row_strips<T> diagonal{m, m};
    for (index_t s = 0; s < diagonal.store.count(); ++s) {
        diagonal.read(s, square);
    }
    if (const auto bad = factor_diagonal(diagonal)) { return first + *bad; }
    for (index_t r = 0; r < m; ++r) {
        for (index_t c = 0; c <= r; ++c) {
            square(r, c) = diagonal.store.strip(c / right_width)[r * right_width + c % right_width];
        }
    }
    if (first == 0) { return std::nullopt; }
    strips<left_width, T> inner{m, diagonal.height};
    for (index_t s = 0; s < inner.count(); ++s) {
        pack_strip<left_width>(operand<T>::down_rows(square), s * left_width, 0, m, inner.strip(s));
    }
    const matrix_view<T> before = rows.columns(0, first);
    row_strips<T> found{m, first};
    threads.for_each(found.store.count(), [&](index_t s) {
        found.read(s, before);
        solve_strip<T>(square, inner, found.height, found.store.strip(s));
        found.write(s, before);
    });
    strips<left_width, T> left{first, found.height};
    left_from_right(found.store, found.height, left, threads);
    const matrix_view<T> above = h.block(0, first).columns(0, first);
    multiply_blocks<product_sign::minus, product_part::lower>(left, found.store, m, above, threads);
    return std::nullopt;
}

/// Overwrites the lower triangle of the symmetric H [n, n] by that of F with H = F^T F; in other
/// words H = U U^T with U = F^T upper triangular, so that R = U^-1 is the factor R^T R = H^-1 of
/// the optimal brain surgeon. No inverse is formed. What lies above the diagonal is neither read
/// nor written.
///
/// Returns: the column whose pivot was not positive (or not finite), if any: H, as summed up in T,
///          is not positive definite. The lower triangle is then of no use.
/// Flops:   n^3 / 3. Memory: 2 x 256 n values.
/// Error:   that of products in T; the relative error of F grows as u cond(H) for a matrix with a
///          unit diagonal.
/// Bits:    do not depend on the executor.
template <class T, executor E = const serial>
[[nodiscard]] std::optional<index_t> cholesky(matrix_view<T> h, E&& threads = serial{}) {
    GRADUS_EXPECT(h.rows == h.cols);
    for (index_t end = (h.rows + factor_rows - 1) / factor_rows; end-- != 0;) {
        if (const auto bad = factor_rows_of(h, end * factor_rows, threads)) { return bad; }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
