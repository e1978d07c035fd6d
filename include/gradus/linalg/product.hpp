// SPDX-License-Identifier: MIT
// Products of float or double matrices, cut by shape and run by the caller's executor.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/linalg/tile_product.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Which part of a product is wanted. `lower`: elements (i, j) with j <= i; no other is written.
enum class product_part { all, lower };

/// Terms that are packed at a time: a block of C stays in the cache for this many.
inline constexpr index_t packed_terms = 4 * sum_chunk;

/// C's blocks of one task.
inline constexpr index_t block_rows = 256;
inline constexpr index_t block_cols = 256;

/// One block of C: strips of both operands are there.
template <product_sign Sign, product_part Part, class T>
void multiply_block(const strips<left_width, T>& left,
                    const strips<right_width, T>& right,
                    index_t terms,
                    index_t top,
                    index_t first,
                    matrix_view<T> c) {
    const index_t bottom = std::min(c.rows, top + block_rows);
    const index_t end = std::min(c.cols, first + block_cols);
    for (index_t k = 0; k < terms; k += sum_chunk) {
        const index_t count = std::min(sum_chunk, terms - k);
        for (index_t j = first; j < end; j += right_width) {
            const T* const r = right.strip(j / right_width) + k * right_width;
            for (index_t i = top; i < bottom; i += left_width) {
                if (Part == product_part::lower && i + left_width <= j) { continue; }
                const T* const l = left.strip(i / left_width) + k * left_width;
                const bool whole = i + left_width <= c.rows && j + right_width <= c.cols;
                const bool wanted = Part == product_part::all || j + right_width <= i + 1;
                if (whole && wanted) {
                    multiply_tile8<Sign>(l, r, count, c.data + i * c.stride + j, c.stride);
                } else {
                    const index_t rows = std::min(left_width, c.rows - i);
                    const index_t cols = std::min(right_width, c.cols - j);
                    const auto below =
                        Part == product_part::all
                            ? static_cast<std::ptrdiff_t>(right_width)
                            : static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(j);
                    multiply_edge<Sign>(l, r, count, c.block(i, rows).columns(j, cols), below);
                }
            }
        }
    }
}

/// All blocks of C, given strips of `terms` terms.
template <product_sign Sign, product_part Part, class T, executor E>
void multiply_blocks(const strips<left_width, T>& left,
                     const strips<right_width, T>& right,
                     index_t terms,
                     matrix_view<T> c,
                     E& threads) {
    const index_t down = (c.rows + block_rows - 1) / block_rows;
    const index_t across = (c.cols + block_cols - 1) / block_cols;
    threads.for_each(down * across, [&](index_t task) {
        const index_t top = task / across * block_rows;
        const index_t first = task % across * block_cols;
        if (Part == product_part::lower && top + block_rows <= first) { return; }
        multiply_block<Sign, Part>(left, right, terms, top, first, c);
    });
}

/// All strips of an operand's terms [from, from + count).
template <index_t Width, class T, executor E>
void pack_strips(
    const operand<T>& m, index_t from, index_t count, strips<Width, T>& to, E& threads) {
    constexpr index_t at_once = 128 / Width;
    threads.for_each((to.count() + at_once - 1) / at_once, [&](index_t task) {
        const index_t end = std::min(to.count(), (task + 1) * at_once);
        for (index_t s = task * at_once; s < end; ++s) {
            pack_strip<Width>(m, s * Width, from, count, to.strip(s));
        }
    });
}

/// C(i, j) +-= sum_k A(k, i) B(k, j).
///
/// Order of the sum: terms are added up in ascending k in runs of `sum_chunk`, each starting at
/// zero; run by run, the sums are added to C. Products and sums are fused where the machine has
/// FMA. Threads, blocks and the place of an element in them make no difference.
/// Error:  |C - exact| <= (sum_chunk + m + 2) u (|C| + sum_k |A(k, i) B(k, j)|) to first order in
/// u,
///         with m = ceil(K / sum_chunk) runs; u = 2^-24 in float.
/// Memory: both operands' next `packed_terms` terms. C may not overlap A or B.
template <product_sign Sign = product_sign::plus,
          product_part Part = product_part::all,
          class T,
          executor E = const serial>
void multiply(const operand<T>& a, const operand<T>& b, matrix_view<T> c, E&& threads = serial{}) {
    GRADUS_EXPECT(a.sums == b.sums && a.keeps == c.rows && b.keeps == c.cols);
    const index_t terms = std::min(a.sums, packed_terms);
    strips<left_width, T> left{a.keeps, terms, aligned_buffer::unwritten};
    strips<right_width, T> right{b.keeps, terms, aligned_buffer::unwritten};
    for (index_t k = 0; k < a.sums; k += terms) {
        const index_t count = std::min(terms, a.sums - k);
        pack_strips(a, k, count, left, threads);
        pack_strips(b, k, count, right, threads);
        multiply_blocks<Sign, Part>(left, right, count, c, threads);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
