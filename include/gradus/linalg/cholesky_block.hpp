// SPDX-License-Identifier: MIT
// Triangular steps of the Cholesky factor within a few rows.
#pragma once

#include <gradus/linalg/tile_product.hpp>

#include <cmath>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// Rows of the factor that are found together; a multiple of `left_width`.
inline constexpr index_t factor_rows = 256;
static_assert(factor_rows <= sum_chunk);

/// Rows [m, cols] of a matrix as strips of 32 columns, each [height][32] with height m rounded up
/// to whole tiles; zeros fill up.
template <class T> struct row_strips {
    index_t rows;
    index_t height;
    strips<right_width, T> store;

    row_strips(index_t row_count, index_t cols)
        : rows{row_count},
          height{height_of(row_count)},
          store{cols, height, aligned_buffer::unwritten} {}

    /// Fewer rows, in the same room.
    void shrink(index_t row_count) {
        GRADUS_EXPECT(row_count <= store.sums());
        rows = row_count;
        height = height_of(row_count);
    }

    void read(index_t s, matrix_view<const T> from) {
        T* const strip = store.strip(s);
        pack_strip<right_width>(operand<T>::down_rows(from), s * right_width, 0, rows, strip);
        std::fill_n(strip + rows * right_width, (height - rows) * right_width, T(0));
    }

    void write(index_t s, matrix_view<T> to) const {
        const index_t first = s * right_width;
        const index_t width = std::min(right_width, to.cols - first);
        for (index_t r = 0; r < rows; ++r) {
            std::copy_n(store.strip(s) + r * right_width, width, to.data + r * to.stride + first);
        }
    }

    [[nodiscard]] static index_t height_of(index_t row_count) {
        return (row_count + left_width - 1) / left_width * left_width;
    }
};

/// x[to] -= factor x[from], two vectors.
template <class T> GRADUS_INLINE void take_row(T* strip, index_t to, T factor, index_t from) {
    using V = simd::vector16<T>;
    simd::unrolled<2>([&](index_t v) GRADUS_INLINE_LAMBDA {
        T* const at = strip + to * right_width + v * simd::lanes;
        const V x = V::load(strip + from * right_width + v * simd::lanes);
        fused(V(T(0)) - V(factor), x, V::load(at)).store(at);
    });
}

template <class T> GRADUS_INLINE void divide_row(T* strip, index_t row, T pivot) {
    using V = simd::vector16<T>;
    simd::unrolled<2>([&](index_t v) GRADUS_INLINE_LAMBDA {
        T* const at = strip + row * right_width + v * simd::lanes;
        (V::load(at) / V(pivot)).store(at);
    });
}

/// The factor F of rows [m, m], lower triangle, H = F^T F, in strips: from the last row up. Returns
/// the first row whose pivot is not positive.
template <class T> [[nodiscard]] std::optional<index_t> factor_diagonal(row_strips<T>& x) {
    T left[factor_rows * left_width];
    const auto at = [&](index_t r, index_t c) -> T& {
        return x.store.strip(c / right_width)[r * right_width + c % right_width];
    };
    for (index_t top = x.height; top != 0;) {
        top -= left_width;
        const index_t below = top + left_width;
        const index_t last = (std::min(below, x.rows) - 1) / right_width;
        for (index_t k = below; k < x.height; ++k) {
            for (index_t i = 0; i < left_width; ++i) {
                left[(k - below) * left_width + i] = at(k, top + i);
            }
        }
        for (index_t s = 0; s <= last; ++s) {
            T* const strip = x.store.strip(s);
            multiply_tile8<product_sign::minus>(left, strip + below * right_width, x.height - below,
                                                strip + top * right_width, right_width);
        }
        for (index_t r = std::min(below, x.rows); r-- != top;) {
            const T square = at(r, r);
            if (!(square > T(0)) || !std::isfinite(square)) { return r; }
            const T pivot = std::sqrt(square);
            for (index_t s = 0; s <= last; ++s) {
                divide_row(x.store.strip(s), r, pivot);
            }
            for (index_t up = top; up < r; ++up) {
                const T factor = at(r, up);
                for (index_t s = 0; s <= last; ++s) {
                    take_row(x.store.strip(s), up, factor, r);
                }
            }
        }
    }
    return std::nullopt;
}

/// One strip of the same rows, left of the diagonal block whose factor is F [m, m] with the left
/// strips `f` ([m][8] each): X = F^-T H.
template <class T>
void solve_strip(matrix_view<const T> factor,
                 const strips<left_width, T>& f,
                 index_t height,
                 T* strip) {
    for (index_t top = height; top != 0;) {
        top -= left_width;
        const index_t below = top + left_width;
        multiply_tile8<product_sign::minus>(f.strip(top / left_width) + below * left_width,
                                            strip + below * right_width, height - below,
                                            strip + top * right_width, right_width);
        for (index_t r = std::min(below, factor.rows); r-- != top;) {
            divide_row(strip, r, factor(r, r));
            for (index_t up = top; up < r; ++up) {
                take_row(strip, up, factor(r, up), r);
            }
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
