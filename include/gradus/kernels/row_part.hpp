// SPDX-License-Identifier: MIT
// Attention on a few tokens whose keys lie row by row: sinks and windows.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/attention_rows.hpp>
#include <gradus/kernels/load_activations.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Keys and values as they were appended; a score is a sum over lanes.
template <activation_value T> struct row_part {
    matrix_view<const T> keys;    ///< [tokens, width]
    matrix_view<const T> values;  ///< [tokens, width]

    [[nodiscard]] index_t tokens() const { return keys.rows; }

    [[nodiscard]] static index_t chunk(index_t first, index_t seen) {
        return std::min(attention_chunk, seen - first);
    }

    template <index_t Rows>
    void score(const attention_state<Rows>& state, index_t first, index_t count) const {
        constexpr index_t stride = attention_state<Rows>::weight_stride;
        for (index_t t = 0; t < count; ++t) {
            simd::f32x16 total[Rows];
            simd::unrolled<Rows>([&](index_t r) { total[r] = 0.0f; });
            for (index_t d = 0; d < keys.cols; d += simd::lanes) {
                const auto key = load_activations(&keys(first + t, d), keys.cols - d);
                simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                    const float* const query = state.queries() + r * state.stride() + d;
                    total[r] = fused(simd::f32x16::load(query), key, total[r]);
                });
            }
            simd::unrolled<Rows>(
                [&](index_t r) { state.weights()[r * stride + t] = simd::sum(total[r]); });
        }
    }

    template <index_t Rows>
    void blend(const attention_state<Rows>& state, index_t first, index_t count) const {
        constexpr index_t stride = attention_state<Rows>::weight_stride;
        for (index_t d = 0; d < values.cols; d += simd::lanes) {
            simd::f32x16 total[Rows];
            float* const to = state.results() + d;
            simd::unrolled<Rows>(
                [&](index_t r) { total[r] = simd::f32x16::load(to + r * state.stride()); });
            for (index_t t = 0; t < count; ++t) {
                const auto value = load_activations(&values(first + t, d), values.cols - d);
                simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                    const simd::f32x16 weight = state.weights()[r * stride + t];
                    total[r] = fused(weight, value, total[r]);
                });
            }
            simd::unrolled<Rows>([&](index_t r) { total[r].store(to + r * state.stride()); });
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
