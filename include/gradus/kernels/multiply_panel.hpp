// SPDX-License-Identifier: MIT
// The inner product of everything in f32: a panel of sixteen weight rows times a few tokens.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/simd/fused_broadcast.hpp>
#include <gradus/simd/lanes.hpp>

namespace gradus {

/// What a product does with what is already there.
enum class accumulation { none, add };

inline namespace GRADUS_ISA {

/// Tokens whose sums stay in registers: 12 accumulators of 1, 2 or 4 registers each, as they fit.
inline constexpr index_t tokens_at_once = simd::parts == 1 ? 12 : simd::parts == 2 ? 6 : 3;

/// sums[t] += sum_k panel[k] * x(t, k) for T tokens; one lane a weight row, ascending k. With one
/// token four partial sums hide the latency of the multiply-add.
template <index_t T>
GRADUS_INLINE void multiply_tokens(
    const float* panel, index_t count, const float* x, index_t stride, simd::f32x16* sums) {
    if constexpr (T == 1) {
        simd::f32x16 partial[4] = {sums[0], 0.0f, 0.0f, 0.0f};
        index_t k = 0;
        for (; k + 4 <= count; k += 4) {
            for (index_t j = 0; j < 4; ++j) {
                partial[j] = fused(simd::f32x16::load(panel + 16 * (k + j)), simd::f32x16(x[k + j]),
                                   partial[j]);
            }
        }
        for (; k < count; ++k) {
            partial[0] = fused(simd::f32x16::load(panel + 16 * k), simd::f32x16(x[k]), partial[0]);
        }
        sums[0] = (partial[0] + partial[1]) + (partial[2] + partial[3]);
    } else {
        simd::f32x16 held[T];
        for (index_t t = 0; t < T; ++t) {
            held[t] = sums[t];
        }
        for (index_t k = 0; k < count; ++k) {
            const auto w = simd::f32x16::load(panel + 16 * k);
            simd::unrolled<T>([&](index_t t) GRADUS_INLINE_LAMBDA {
                held[t] = fused_broadcast(x[t * stride + k], w, held[t]);
            });
        }
        for (index_t t = 0; t < T; ++t) {
            sums[t] = held[t];
        }
    }
}

/// y(t, 0 ... height) (+)= x(t, :) . panel for T tokens. `panel` is [count][16], rows beyond
/// `height` ignored.
template <index_t T>
GRADUS_INLINE void multiply_block(const float* panel,
                                  index_t count,
                                  const float* x,
                                  index_t x_stride,
                                  float* y,
                                  index_t y_stride,
                                  index_t height,
                                  bool add) {
    simd::f32x16 sums[T];
    float lanes[simd::lanes] = {};
    for (index_t t = 0; t < T; ++t) {
        if (!add) {
            sums[t] = simd::f32x16(0.0f);
        } else if (height == simd::lanes) {
            sums[t] = simd::f32x16::load(y + t * y_stride);
        } else {
            for (index_t r = 0; r < height; ++r) {
                lanes[r] = y[t * y_stride + r];
            }
            sums[t] = simd::f32x16::load(lanes);
        }
    }
    multiply_tokens<T>(panel, count, x, x_stride, sums);
    for (index_t t = 0; t < T; ++t) {
        if (height == simd::lanes) {
            sums[t].store(y + t * y_stride);
        } else {
            sums[t].store(lanes);
            for (index_t r = 0; r < height; ++r) {
                y[t * y_stride + r] = lanes[r];
            }
        }
    }
}

/// y[:, 0 ... height) (+)= x . panel^T: x [tokens, count], panel [count][16], y [tokens, >=
/// height].
inline void multiply_panel(const float* panel,
                           index_t count,
                           matrix_view<const float> x,
                           float* y,
                           index_t y_stride,
                           index_t height,
                           bool add) {
    constexpr index_t step = tokens_at_once;
    index_t t = 0;
    for (; t + step <= x.rows; t += step) {
        multiply_block<step>(panel, count, x.data + t * x.stride, x.stride, y + t * y_stride,
                             y_stride, height, add);
    }
    if constexpr (step > 4) {
        for (; t + 4 <= x.rows; t += 4) {
            multiply_block<4>(panel, count, x.data + t * x.stride, x.stride, y + t * y_stride,
                              y_stride, height, add);
        }
    }
    for (; t + 2 <= x.rows; t += 2) {
        multiply_block<2>(panel, count, x.data + t * x.stride, x.stride, y + t * y_stride, y_stride,
                          height, add);
    }
    if (t < x.rows) {
        multiply_block<1>(panel, count, x.data + t * x.stride, x.stride, y + t * y_stride, y_stride,
                          height, add);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
