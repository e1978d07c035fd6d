// SPDX-License-Identifier: MIT
// Sixteen by sixteen values change rows for columns.
#pragma once

#include <gradus/simd/f64x16.hpp>

#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
#include <immintrin.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// to[c * to_step + r] = from[r * step + c] for r, c < 16. The two may not overlap.
template <class T>
GRADUS_INLINE void transpose_square(const T* from, index_t step, T* to, index_t to_step) {
    for (index_t r = 0; r < lanes; ++r) {
        for (index_t c = 0; c < lanes; ++c) {
            to[c * to_step + r] = from[r * step + c];
        }
    }
}

#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)

/// 64 shuffles in place of 256 moves: pairs and quads of rows within the quarters of a register,
/// then the quarters among registers.
GRADUS_INLINE void transpose_square(const float* from, index_t step, float* to, index_t to_step) {
    __m512 quad[16];  // [4 g + c]: columns c, c + 4, c + 8, c + 12 of rows 4 g ... 4 g + 3
    unrolled<4>([&](index_t g) GRADUS_INLINE_LAMBDA {
        const float* const top = from + 4 * g * step;
        const __m512 a = _mm512_loadu_ps(top);
        const __m512 b = _mm512_loadu_ps(top + step);
        const __m512 c = _mm512_loadu_ps(top + 2 * step);
        const __m512 d = _mm512_loadu_ps(top + 3 * step);
        const __m512d low_ab = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
        const __m512d high_ab = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
        const __m512d low_cd = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
        const __m512d high_cd = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
        quad[4 * g] = _mm512_castpd_ps(_mm512_unpacklo_pd(low_ab, low_cd));
        quad[4 * g + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low_ab, low_cd));
        quad[4 * g + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high_ab, high_cd));
        quad[4 * g + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high_ab, high_cd));
    });
    unrolled<4>([&](index_t c) GRADUS_INLINE_LAMBDA {
        const __m512 even_low = _mm512_shuffle_f32x4(quad[c], quad[4 + c], 0x88);
        const __m512 odd_low = _mm512_shuffle_f32x4(quad[c], quad[4 + c], 0xdd);
        const __m512 even_high = _mm512_shuffle_f32x4(quad[8 + c], quad[12 + c], 0x88);
        const __m512 odd_high = _mm512_shuffle_f32x4(quad[8 + c], quad[12 + c], 0xdd);
        float* const at = to + c * to_step;
        _mm512_storeu_ps(at, _mm512_shuffle_f32x4(even_low, even_high, 0x88));
        _mm512_storeu_ps(at + 4 * to_step, _mm512_shuffle_f32x4(odd_low, odd_high, 0x88));
        _mm512_storeu_ps(at + 8 * to_step, _mm512_shuffle_f32x4(even_low, even_high, 0xdd));
        _mm512_storeu_ps(at + 12 * to_step, _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd));
    });
}

#endif

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
