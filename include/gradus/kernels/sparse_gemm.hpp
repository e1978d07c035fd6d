// SPDX-License-Identifier: MIT
// Products with a sparse list of f16 values, and its values by themselves.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/multiply_panel.hpp>
#include <gradus/layout/sparse_f16.hpp>
#include <gradus/simd/widen_f16.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Values of entries [first, first + count), count <= 64, exactly. Writes up to 64 floats.
GRADUS_INLINE void
widen_entries(const sparse_f16_view& w, index_t first, index_t count, float* to) {
    for (index_t i = 0; i < count; i += simd::lanes) {
        const std::byte* from = w.values.data() + 2 * (first + i);
        if (first + i + simd::lanes <= w.count()) {  // perhaps into the next row: harmless
            simd::load_f16(from).store(to + i);
        } else {
            for (index_t k = i; k < count; ++k) {
                to[k] = w.value(first + k).value();
            }
            return;
        }
    }
}

/// The outputs of one row for `Tokens` tokens. With entries numbered from 0 in their row, four
/// running sums take entries 0, 4, 8, ...; 1, 5, 9, ... and so on, and end as (0 + 1) + (2 + 3):
/// one order of sums for every number of tokens. Only the conversion of values is vectorised: the
/// gathers of AVX-512 took 1.3 to 1.7 times as long on Zen 4, at 4 to 80 entries a row.
template <class Number, index_t Tokens>
GRADUS_INLINE void
sparse_row(const sparse_f16_view& w, index_t row, const float* x, index_t stride, float* result) {
    float sums[Tokens][4] = {};
    float values[64];
    const index_t last = w.offset(row + 1);
    for (index_t first = w.offset(row); first < last; first += 64) {
        const index_t count = std::min<index_t>(64, last - first);
        widen_entries(w, first, count, values);
        const std::byte* columns = w.columns.data() + first * sizeof(Number);
        index_t k = 0;
        for (; k + 4 <= count; k += 4) {
            simd::unrolled<4>([&](index_t j) {
                Number column;
                std::memcpy(&column, columns + (k + j) * sizeof(Number), sizeof column);
                simd::unrolled<Tokens>(
                    [&](index_t t) { sums[t][j] += values[k + j] * x[t * stride + column]; });
            });
        }
        for (index_t j = 0; k < count; ++k, ++j) {
            Number column;
            std::memcpy(&column, columns + k * sizeof(Number), sizeof column);
            for (index_t t = 0; t < Tokens; ++t) {
                sums[t][j] += values[k] * x[t * stride + column];
            }
        }
    }
    for (index_t t = 0; t < Tokens; ++t) {
        result[t] = (sums[t][0] + sums[t][1]) + (sums[t][2] + sums[t][3]);
    }
}

template <class Number, index_t Tokens>
void sparse_tokens(const sparse_f16_view& w,
                   const float* x,
                   index_t x_stride,
                   float* y,
                   index_t y_stride,
                   accumulation how) {
    for (index_t r = 0; r < w.rows; ++r) {
        float sums[Tokens];
        sparse_row<Number, Tokens>(w, r, x, x_stride, sums);
        for (index_t t = 0; t < Tokens; ++t) {
            float& to = y[t * y_stride + r];
            to = how == accumulation::add ? to + sums[t] : sums[t];
        }
    }
}

template <class Number>
void sparse_product(const sparse_f16_view& w,
                    matrix_view<const float> x,
                    matrix_view<float> y,
                    accumulation how) {
    constexpr index_t step = 4;
    index_t t = 0;
    for (; t + step <= x.rows; t += step) {
        sparse_tokens<Number, step>(w, x.data + t * x.stride, x.stride, y.data + t * y.stride,
                                    y.stride, how);
    }
    for (; t < x.rows; ++t) {
        sparse_tokens<Number, 1>(w, x.data + t * x.stride, x.stride, y.data + t * y.stride,
                                 y.stride, how);
    }
}

/// y (+)= x w^T. For an output over n entries |error| <= (n / 4 + 4) 2^-24 sum_k |x_k w_k|, about.
/// Does not allocate; y may not alias x.
inline void gemm(const sparse_f16_view& w,
                 matrix_view<const float> x,  // [tokens, cols]
                 matrix_view<float> y,        // [tokens, rows]
                 accumulation how = accumulation::none) {
    GRADUS_EXPECT(w.complete() && x.cols == w.cols && y.cols == w.rows && x.rows == y.rows);
    if (column_number_bytes(w.cols) == 2) {
        sparse_product<std::uint16_t>(w, x, y, how);
    } else {
        sparse_product<std::uint32_t>(w, x, y, how);
    }
}

/// y = w x.
inline void gemv(const sparse_f16_view& w,
                 std::span<const float> x,  // [cols]
                 std::span<float> y) {      // [rows]
    GRADUS_EXPECT(x.size() == w.cols && y.size() == w.rows);
    gemm(w, matrix_view<const float>{x.data(), 1, x.size()},
         matrix_view<float>{y.data(), 1, y.size()});
}

/// out += w: outliers on top of what a packed matrix decodes to.
inline void add_entries(const sparse_f16_view& w, matrix_view<float> out) {  // [rows, cols]
    GRADUS_EXPECT(w.complete() && out.rows == w.rows && out.cols == w.cols);
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t k = w.offset(r); k < w.offset(r + 1); ++k) {
            out(r, w.column(k)) += w.value(k).value();
        }
    }
}

/// out = w.
inline void decode(const sparse_f16_view& w, matrix_view<float> out) {  // [rows, cols]
    for (index_t r = 0; r < out.rows; ++r) {
        std::fill_n(out.row(r).data(), out.cols, 0.0f);
    }
    add_entries(w, out);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
