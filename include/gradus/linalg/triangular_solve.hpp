// SPDX-License-Identifier: MIT
// Rows of a matrix divided by a Cholesky factor, blocked around the product.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/linalg/tile_product.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// x F^-1 (columns from the last to the first) or x F^-T (from the first to the last).
enum class triangle_side { factor, transposed };

namespace triangular {

inline constexpr index_t wide = 512;   ///< columns that are corrected together
inline constexpr index_t window = 16;  ///< by those of the same 512 that are done
inline constexpr index_t task_rows = 4 * right_width;

/// What column k does to columns [first, first + 8), over their pivots, to `to` [n][8].
template <triangle_side Side, class T> void pack(matrix_view<const T> f, index_t first, T* to) {
    const index_t n = f.rows;
    const index_t end = std::min(n, first + left_width);
    std::fill_n(to, n * left_width, T(0));
    T inverse[left_width];
    for (index_t j = first; j < end; ++j) {
        inverse[j - first] = T(1) / f(j, j);
    }
    if constexpr (Side == triangle_side::factor) {
        for (index_t k = first + 1; k < n; ++k) {
            for (index_t j = first; j < std::min(end, k); ++j) {
                to[k * left_width + j - first] = f.data[k * f.stride + j] * inverse[j - first];
            }
        }
    } else {
        for (index_t j = first; j < end; ++j) {
            for (index_t k = 0; k < j; ++k) {
                to[k * left_width + j - first] = f.data[j * f.stride + k] * inverse[j - first];
            }
        }
    }
}

/// sums[count][32] += x of columns [from, end) times packed columns from `at` of the 512 on.
template <class T>
void add(const strips<left_width, T>& packed,
         const T* x,
         index_t at,
         index_t count,
         index_t from,
         index_t end,
         T* sums) {
    for (index_t k = from; k < end; k += sum_chunk) {
        const index_t terms = std::min(sum_chunk, end - k);
        for (index_t j = 0; j < count; j += left_width) {
            const T* const left = packed.strip((at + j) / left_width) + k * left_width;
            multiply_tile8<product_sign::plus>(left, x + k * right_width, terms,
                                               sums + j * right_width, right_width);
        }
    }
}

/// Columns [at, at + count) of one panel, given the sums of all that come before them.
template <triangle_side Side, class T>
void finish(matrix_view<const T> f, index_t at, index_t count, T* sums, T* x) {
    using V = simd::vector16<T>;
    for (index_t i = 0; i < count; ++i) {
        const index_t j = Side == triangle_side::factor ? count - 1 - i : i;
        for (index_t half = 0; half < right_width; half += simd::lanes) {
            T* const own = x + (at + j) * right_width + half;
            const V done =
                V::load(own) / V(f(at + j, at + j)) - V::load(sums + j * right_width + half);
            done.store(own);
            for (index_t l = i + 1; l < count; ++l) {
                const index_t k = Side == triangle_side::factor ? count - 1 - l : l;
                const T low = Side == triangle_side::factor ? f(at + j, at + k) : f(at + k, at + j);
                T* const sum = sums + k * right_width + half;
                fused(V(low / f(at + k, at + k)), done, V::load(sum)).store(sum);
            }
        }
    }
}

/// One panel's columns of a block, whose sums over all other blocks are there.
template <triangle_side Side, class T>
void solve_block(matrix_view<const T> f,
                 const strips<left_width, T>& packed,
                 index_t first,
                 index_t end,
                 T* sums,
                 T* x) {
    const index_t windows = (end - first + window - 1) / window;
    for (index_t w = 0; w < windows; ++w) {
        const index_t inner = (Side == triangle_side::factor ? windows - 1 - w : w) * window;
        const index_t count = std::min(window, end - first - inner);
        T* const here = sums + inner * right_width;
        if constexpr (Side == triangle_side::factor) {
            add(packed, x, inner, count, first + inner + count, end, here);
        } else {
            add(packed, x, inner, count, first, first + inner, here);
        }
        finish<Side>(f, first + inner, count, here, x);
    }
}

}  // namespace triangular

/// x <- x F^-1 or x F^-T for rows in panels of 32, [n][32] each; F is the lower triangle of `f`.
///
/// Flops:  rows n^2. Memory: 512 n values and 512 a row. Order of the sums: as in
/// linalg/product.hpp,
///         whatever the executor.
template <triangle_side Side, class T, executor E>
void divide_rows(matrix_view<const T> f, strips<right_width, T>& x, E& threads) {
    namespace t = triangular;
    const index_t n = f.rows;
    strips<left_width, T> packed{std::min(n, t::wide), n};
    strips<right_width, T> sums{x.count() * right_width, t::wide};
    const index_t blocks = (n + t::wide - 1) / t::wide;
    for (index_t b = 0; b < blocks; ++b) {
        const index_t first = (Side == triangle_side::factor ? blocks - 1 - b : b) * t::wide;
        const index_t end = std::min(n, first + t::wide);
        const index_t count = (end - first + left_width - 1) / left_width;
        threads.for_each(
            count, [&](index_t i) { t::pack<Side>(f, first + i * left_width, packed.strip(i)); });
        constexpr index_t at_once = t::task_rows / right_width;
        threads.for_each((x.count() + at_once - 1) / at_once, [&](index_t task) {
            const index_t stop = std::min(x.count(), (task + 1) * at_once);
            const index_t from = Side == triangle_side::factor ? end : 0;
            const index_t until = Side == triangle_side::factor ? n : first;
            for (index_t p = task * at_once; p < stop; ++p) {
                std::fill_n(sums.strip(p), t::wide * right_width, T(0));
            }
            for (index_t k = from; k < until; k += sum_chunk) {
                for (index_t p = task * at_once; p < stop; ++p) {
                    t::add(packed, x.strip(p), 0, count * left_width, k,
                           std::min(until, k + sum_chunk), sums.strip(p));
                }
            }
            for (index_t p = task * at_once; p < stop; ++p) {
                t::solve_block<Side>(f, packed, first, end, sums.strip(p), x.strip(p));
            }
        });
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
