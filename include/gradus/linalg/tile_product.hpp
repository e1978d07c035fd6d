// SPDX-License-Identifier: MIT
// The inner loop of every product: a tile of 8 by 32 sums in registers.
#pragma once

#include <gradus/linalg/strips.hpp>
#include <gradus/simd/f64x16.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether a product is added to what is there or taken from it.
enum class product_sign { plus, minus };

/// Rows [8] and vectors [2] of a tile that fit into registers at once: 16 sums of AVX-512, 8 of the
/// narrower sets.
template <class T>
inline constexpr index_t tile_rows_at_once = GRADUS_HAS_SIMD && simd::parts == 1 ? 8 : 4;
template <class T>
inline constexpr index_t tile_vectors_at_once = GRADUS_HAS_SIMD && simd::parts == 1 ? 2 : 1;

/// c[i][j] +-= sum_k left[k][i] right[k][j] for `Rows` i and `Vectors` vectors of j, with a sum
/// that starts at zero and runs through k in order.
template <product_sign Sign, index_t Rows, index_t Vectors, class T>
GRADUS_INLINE void
multiply_part(const T* left, const T* right, index_t count, T* c, index_t stride) {
    using V = simd::vector16<T>;
    V sums[Rows * Vectors];
    simd::unrolled<Rows * Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA { sums[i] = V(T(0)); });
    for (index_t k = 0; k < count; ++k) {
        V r[Vectors];
        simd::unrolled<Vectors>([&](index_t v) GRADUS_INLINE_LAMBDA {
            r[v] = V::load(right + k * right_width + v * simd::lanes);
        });
        simd::unrolled<Rows>([&](index_t i) GRADUS_INLINE_LAMBDA {
            const V l(left[k * left_width + i]);
            simd::unrolled<Vectors>([&](index_t v) GRADUS_INLINE_LAMBDA {
                sums[i * Vectors + v] = fused(l, r[v], sums[i * Vectors + v]);
            });
        });
    }
    simd::unrolled<Rows * Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA {
        T* const at = c + i / Vectors * stride + i % Vectors * simd::lanes;
        const V before = V::load(at);
        (Sign == product_sign::plus ? before + sums[i] : before - sums[i]).store(at);
    });
}

/// The whole tile of 8 by 32; `count` terms, at most `sum_chunk`.
template <product_sign Sign, class T>
void multiply_tile8(const T* left, const T* right, index_t count, T* c, index_t stride) {
    constexpr index_t rows = tile_rows_at_once<T>;
    constexpr index_t vectors = tile_vectors_at_once<T>;
    for (index_t i = 0; i < left_width; ++i) {
        __builtin_prefetch(c + i * stride, 1);
        __builtin_prefetch(c + i * stride + simd::lanes, 1);
    }
    for (index_t i = 0; i < left_width; i += rows) {
        for (index_t v = 0; v < 2; v += vectors) {
            multiply_part<Sign, rows, vectors>(left + i, right + v * simd::lanes, count,
                                               c + i * stride + v * simd::lanes, stride);
        }
    }
}

/// The same where only part of the tile exists or is wanted: elements (i, j) with j <= i + below.
template <product_sign Sign, class T>
void multiply_edge(
    const T* left, const T* right, index_t count, matrix_view<T> c, std::ptrdiff_t below) {
    T tile[left_width * right_width] = {};
    multiply_tile8<product_sign::plus>(left, right, count, tile, right_width);
    for (index_t i = 0; i < c.rows; ++i) {
        const auto last = static_cast<std::ptrdiff_t>(i) + below + 1;
        const auto limit = static_cast<index_t>(std::max<std::ptrdiff_t>(last, 0));
        for (index_t j = 0; j < std::min(c.cols, limit); ++j) {
            const T sum = tile[i * right_width + j];
            c(i, j) = Sign == product_sign::plus ? c(i, j) + sum : c(i, j) - sum;
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
