// SPDX-License-Identifier: MIT
// Y = X W^T: float weights, and packed weights of any layout.
#pragma once

#include <gradus/kernels/f32_panels.hpp>
#include <gradus/kernels/float_gemm.hpp>
#include <gradus/kernels/integer_gemm.hpp>
#include <gradus/kernels/near_block.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// y (+)= x w^T. Sums run over ascending columns in f32, so
/// |error| <= cols * 2^-24 * sum_k |x_k w_k| for each output, which does not depend on the
/// executor. Does not allocate; y may not alias x.
template <executor E = const serial>
void gemm(const f32_panels& w,
          matrix_view<const float> x,  // [tokens, cols]
          matrix_view<float> y,        // [tokens, rows]
          accumulation how = accumulation::none,
          E&& threads = serial{}) {
    GRADUS_EXPECT(x.cols == w.cols() && y.cols == w.rows() && x.rows == y.rows);
    if (w.cols() == 0 && how == accumulation::none) {
        for (index_t t = 0; t < y.rows; ++t) {
            std::fill_n(y.row(t).data(), y.cols, 0.0f);
        }
    }
    const auto multiply = [&](matrix_view<const float> part, index_t token, index_t column,
                              index_t panel) {
        const index_t top = panel * f32_panels::height;
        multiply_panel(w.panel(panel) + 16 * column, part.cols, part,
                       y.data + token * y.stride + top, y.stride,
                       std::min(f32_panels::height, w.rows() - top),
                       column != 0 || how == accumulation::add);
    };
    constexpr index_t few = 8;  // tokens that one pass over the weights serves
    // Panels that one worker takes at a time.
    const index_t at_once = std::clamp(w.panels() / 16, index_t{4}, index_t{32});
    threads.for_each((w.panels() + at_once - 1) / at_once, [&](index_t job) {
        const index_t end = std::min(w.panels(), (job + 1) * at_once);
        if (x.rows <= few || !shares_cache_lines(x)) {
            for (index_t i = job * at_once; i < end; ++i) {
                for (index_t k = 0; k < x.cols; k += near_block_cols) {
                    multiply(x.columns(k, std::min(near_block_cols, x.cols - k)), 0, k, i);
                }
            }
        } else {
            each_near_block(x, [&](matrix_view<const float> part, index_t token, index_t column) {
                for (index_t i = job * at_once; i < end; ++i) {
                    multiply(part, token, column, i);
                }
            });
        }
    });
}

/// Integer products serve activations of one byte with every mapping that has a `dot_form`, and
/// float activations where that form is exact; everything else is decoded to floats.
template <layout_type L, activation_scheme A>
inline constexpr bool uses_integers = integer_dottable<typename L::mapping_type> &&
                                      (A::digits == 1 || evenly_spaced<typename L::mapping_type>);

/// y (+)= x w^T for packed weights of any layout, a user's own included. Activations are float,
/// bf16 or f16; `scheme` says as what they are seen (kernels/activations.hpp).
///
/// Error:   with x~ the activations as the scheme sees them and w~ the levels of dot_form,
///          |y - sum_k x~_k w~_k| <= 2^-22 sum_s S_s, S_s = (largest level + |zero|) * |scale| *
///          sum_k |x~_k| over segment s; integer sums inside a segment (at most 512 columns) are
///          exact. In floats: (cols + 2) * 2^-24 * sum_k |x_k w_k|.
/// NaN:     a token with a value that is not finite gives NaN.
/// Threads: the outputs do not depend on the executor. Does not allocate (at most 200 KiB of
///          stack); y may not alias x.
template <layout_type L,
          activation_value X,
          activation_scheme A = f32_activations,
          executor E = const serial>
void gemm(const packed_view<L>& w,
          matrix_view<const X> x,  // [tokens, cols]
          matrix_view<float> y,    // [tokens, rows]
          accumulation how = accumulation::none,
          const A& scheme = {},
          E&& threads = serial{}) {
    GRADUS_EXPECT(x.cols == w.cols && y.cols == w.rows && x.rows == y.rows);
    const bool add = how == accumulation::add;
    if (w.cols == 0) {
        for (index_t t = 0; t < y.rows && !add; ++t) {
            std::fill_n(y.row(t).data(), y.cols, 0.0f);
        }
    } else if constexpr (uses_integers<L, A>) {
        integer_product<L, A>{w, scheme}.run(x, y, add, threads);
    } else {
        float_product<L, A>{w, scheme}.run(x, y, add, threads);
    }
}

/// The same for a matrix that owns its bytes (or anything else with a packed `view()`).
template <viewed_as_packed W,
          activation_value X,
          activation_scheme A = f32_activations,
          executor E = const serial>
void gemm(const W& w,
          matrix_view<const X> x,
          matrix_view<float> y,
          accumulation how = accumulation::none,
          const A& scheme = {},
          E&& threads = serial{}) {
    gemm(w.view(), x, y, how, scheme, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
