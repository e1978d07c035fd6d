// SPDX-License-Identifier: MIT
// The reversed Cholesky factor of a symmetric matrix, blocked around the product.
#pragma once

#include <gradus/linalg/cholesky_block.hpp>
#include <gradus/linalg/product.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// What is found of the factor at a time, and room for what that takes.
template <class T> struct cholesky_rows {
    row_strips<T> diagonal;      ///< F of the square on the diagonal
    row_strips<T> found;         ///< of the columns before it
    strips<left_width, T> left;  ///< the same, as left operand of the update above
    std::optional<index_t> bad = {};

    explicit cholesky_rows(index_t n)
        : diagonal{std::min(n, factor_rows), std::min(n, factor_rows)},
          found{std::min(n, factor_rows), n},
          left{n, found.height, aligned_buffer::unwritten} {}
};

/// The square on the diagonal at [first, first + m), m <= 256: factored in place.
template <class T>
void factor_square(matrix_view<T> h, index_t first, index_t m, cholesky_rows<T>& rows) {
    const matrix_view<T> square = h.block(first, m).columns(first, m);
    row_strips<T>& diagonal = rows.diagonal;
    diagonal.shrink(m);
    for (index_t s = 0; s * right_width < m; ++s) {
        diagonal.read(s, square);
    }
    if (const auto bad = factor_diagonal(diagonal)) {
        rows.bad = first + *bad;
        return;
    }
    for (index_t r = 0; r < m; ++r) {
        for (index_t c = 0; c <= r; ++c) {
            square(r, c) = diagonal.store.strip(c / right_width)[r * right_width + c % right_width];
        }
    }
}

/// Columns before the square at [first, first + m), as strips of both kinds and in place.
template <class T, executor E>
void solve_before(matrix_view<T> h, index_t first, index_t m, cholesky_rows<T>& rows, E& threads) {
    const matrix_view<T> square = h.block(first, m).columns(first, m);
    const matrix_view<T> before = h.block(first, m).columns(0, first);
    row_strips<T>& found = rows.found;
    found.shrink(m);
    strips<left_width, T> inner{m, found.height};
    for (index_t s = 0; s < inner.count(); ++s) {
        pack_strip<left_width>(operand<T>::down_rows(square), s * left_width, 0, m, inner.strip(s));
    }
    threads.for_each((first + right_width - 1) / right_width, [&](index_t s) {
        found.read(s, before);
        T* const right = found.store.strip(s);
        solve_strip<T>(square, inner, found.height, right);
        found.write(s, before);
        for (index_t part = 0; part < right_width / left_width; ++part) {
            T* const left = rows.left.strip(s * (right_width / left_width) + part);
            for (index_t k = 0; k < found.height; ++k) {
                std::copy_n(right + k * right_width + part * left_width, left_width,
                            left + k * left_width);
            }
        }
    });
}

/// Rows [first, first + m) of the factor, whose square is known, and their part of all rows above;
/// whoever has updated the next square factors it, while the others go on.
template <class T, executor E>
void factor_rows_of(matrix_view<T> h, index_t first, cholesky_rows<T>& rows, E& threads) {
    const index_t m = std::min(factor_rows, h.rows - first);
    solve_before(h, first, m, rows, threads);
    const matrix_view<T> above = h.block(0, first).columns(0, first);
    const index_t across = first / factor_rows;
    static_assert(factor_rows == block_rows && factor_rows == block_cols);
    threads.for_each(across * across, [&](index_t i) {
        const index_t task = across * across - 1 - i;
        const index_t top = task / across * block_rows;
        const index_t left = task % across * block_cols;
        if (top < left) { return; }
        multiply_block<product_sign::minus, product_part::lower>(rows.left, rows.found.store, m,
                                                                 top, left, above);
        if (i == 0) { factor_square(h, top, block_rows, rows); }
    });
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
    if (h.rows == 0) { return std::nullopt; }
    cholesky_rows<T> rows{h.rows};
    index_t first = (h.rows - 1) / factor_rows * factor_rows;
    factor_square(h, first, h.rows - first, rows);
    for (; first != 0 && !rows.bad; first -= factor_rows) {
        factor_rows_of(h, first, rows, threads);
    }
    return rows.bad;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
