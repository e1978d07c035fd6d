// SPDX-License-Identifier: MIT
// Dot products of bytes: four columns of sixteen rows against four activations.
#pragma once

#include <gradus/simd/bytes.hpp>
#include <gradus/simd/lanes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

// One register of 32-bit sums, a row each.
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
using sum_register = byte_register;
#elif GRADUS_HAS_SIMD
using sum_register = int32x4_t;
#else
using sum_register = std::int32_t;
#endif

/// Whether `dot` is as fast for bytes up to 255 as for smaller ones.
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VNNI__)
inline constexpr bool dot_takes_any_byte = true;
#elif GRADUS_HAS_SIMD && !defined(GRADUS_WIDE_REGISTERS) && defined(__AVX2__) &&                   \
    defined(__AVXVNNI__)
inline constexpr bool dot_takes_any_byte = true;
#else
inline constexpr bool dot_takes_any_byte = false;
#endif

/// Four signed bytes, the same for every row.
struct byte_quad {
    std::int32_t word;

    [[nodiscard]] GRADUS_INLINE static byte_quad load(const std::int8_t* from) {
        byte_quad q;
        std::memcpy(&q.word, from, sizeof q.word);
        return q;
    }
};

/// The quad in every row.
[[nodiscard]] GRADUS_INLINE byte_register in_every_row(byte_quad x) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_set1_epi32(x.word);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_set1_epi32(x.word);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_set1_epi32(x.word);
#elif GRADUS_HAS_SIMD
    return vreinterpretq_u8_s32(vdupq_n_s32(x.word));
#else
    return static_cast<std::uint32_t>(x.word);
#endif
}

[[nodiscard]] GRADUS_INLINE sum_register no_sum() {
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return every_byte(0);
#elif GRADUS_HAS_SIMD
    return vdupq_n_s32(0);
#else
    return 0;
#endif
}

/// Sums that start at x.
[[nodiscard]] GRADUS_INLINE sum_register sum_from(std::int32_t x) {
#if GRADUS_HAS_SIMD && !defined(__SSE4_2__)
    return vdupq_n_s32(x);
#elif GRADUS_HAS_SIMD
    return in_every_row({x});
#else
    return x;
#endif
}

#if GRADUS_HAS_SIMD && defined(__SSE4_2__) && !defined(GRADUS_WIDE_REGISTERS)
#if defined(__AVX2__)
#define GRADUS_X86(op) _mm256_##op
#else
#define GRADUS_X86(op) _mm_##op
#endif
/// Without VNNI. Codes below 128: products of two columns fit 16 bits (127 * 128 * 2 = 32512), so
/// `maddubs` does not saturate. Above, even and odd columns are widened to 16 bits.
template <int Bits>
[[nodiscard]] GRADUS_INLINE sum_register dot_by_pairs(sum_register sum,
                                                      byte_register w,
                                                      byte_register x) {
    if constexpr (Bits < 8) {
        const auto pairs = GRADUS_X86(maddubs_epi16)(w, x);
        return GRADUS_X86(add_epi32)(sum, GRADUS_X86(madd_epi16)(pairs, GRADUS_X86(set1_epi16)(1)));
    } else {
        const auto even_w = both(w, GRADUS_X86(set1_epi16)(0x00ff));
        const auto odd_w = GRADUS_X86(srli_epi16)(w, 8);
        const auto even_x = GRADUS_X86(srai_epi16)(GRADUS_X86(slli_epi16)(x, 8), 8);
        const auto odd_x = GRADUS_X86(srai_epi16)(x, 8);
        const auto even = GRADUS_X86(madd_epi16)(even_w, even_x);
        const auto odd = GRADUS_X86(madd_epi16)(odd_w, odd_x);
        return GRADUS_X86(add_epi32)(sum, GRADUS_X86(add_epi32)(even, odd));
    }
}

#undef GRADUS_X86
#endif

/// sum_r += w[r, 0] x_0 + ... + w[r, 3] x_3, exactly, for unsigned w below 2^Bits and signed x.
template <int Bits>
[[nodiscard]] GRADUS_INLINE sum_register dot(sum_register sum, byte_register w, byte_register x) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
#if defined(__AVX512VNNI__) && !defined(__clang__)
    // Through the intrinsic g++ 12 copies each sum to another register and back in every turn of a
    // loop, and then runs out of registers.
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(w), "v"(x));
    return sum;
#elif defined(__AVX512VNNI__)
    return _mm512_dpbusd_epi32(sum, w, x);
#else
    if constexpr (Bits < 8) {
        const __m512i pairs = _mm512_maddubs_epi16(w, x);
        return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    } else {
        const __m512i even_x = _mm512_srai_epi16(_mm512_slli_epi16(x, 8), 8);
        const __m512i even = _mm512_madd_epi16(both(w, _mm512_set1_epi16(0x00ff)), even_x);
        const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(w, 8), _mm512_srai_epi16(x, 8));
        return _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
    }
#endif
#elif GRADUS_HAS_SIMD && defined(__AVX2__) && defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sum, w, x);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return dot_by_pairs<Bits>(sum, w, x);
#elif GRADUS_HAS_SIMD
    const int8x16_t signed_x = vreinterpretq_s8_u8(x);
#if defined(__ARM_FEATURE_DOTPROD)
    if constexpr (Bits < 8) { return vdotq_s32(sum, vreinterpretq_s8_u8(w), signed_x); }
    // w = (w - 128) + 64 + 64, each a signed byte.
    const int8x16_t centred = vreinterpretq_s8_u8(veorq_u8(w, every_byte(128)));
    const int8x16_t half = vdupq_n_s8(64);
    return vdotq_s32(vdotq_s32(vdotq_s32(sum, centred, signed_x), half, signed_x), half, signed_x);
#else
    const int16x8_t low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(w)));
    const int16x8_t high = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(w)));
    const int16x8_t low_x = vmovl_s8(vget_low_s8(signed_x));
    const int16x8_t high_x = vmovl_s8(vget_high_s8(signed_x));
    const int32x4_t first = vpaddq_s32(vmull_s16(vget_low_s16(low), vget_low_s16(low_x)),
                                       vmull_s16(vget_high_s16(low), vget_high_s16(low_x)));
    const int32x4_t second = vpaddq_s32(vmull_s16(vget_low_s16(high), vget_low_s16(high_x)),
                                        vmull_s16(vget_high_s16(high), vget_high_s16(high_x)));
    return vaddq_s32(sum, vpaddq_s32(first, second));
#endif
#else
    for (int byte = 0; byte < 4; ++byte) {
        const auto code = static_cast<std::int32_t>((w >> (8 * byte)) & 255u);
        sum += code * static_cast<std::int8_t>((x >> (8 * byte)) & 255u);
    }
    return sum;
#endif
}

[[nodiscard]] GRADUS_INLINE sum_register total(sum_register a, sum_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_add_epi32(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_add_epi32(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_add_epi32(a, b);
#elif GRADUS_HAS_SIMD
    return vaddq_s32(a, b);
#else
    return a + b;
#endif
}

/// (3 a - b) / 256, where that is whole.
[[nodiscard]] GRADUS_INLINE sum_register whole_of_thirds(sum_register a, sum_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_srai_epi32(_mm512_sub_epi32(_mm512_add_epi32(a, _mm512_add_epi32(a, a)), b), 8);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_srai_epi32(_mm256_sub_epi32(_mm256_add_epi32(a, _mm256_add_epi32(a, a)), b), 8);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_srai_epi32(_mm_sub_epi32(_mm_add_epi32(a, _mm_add_epi32(a, a)), b), 8);
#elif GRADUS_HAS_SIMD
    return vshrq_n_s32(vsubq_s32(vaddq_s32(a, vaddq_s32(a, a)), b), 8);
#else
    return (3 * a - b) >> 8;
#endif
}

/// The sums as floats, rounded to nearest (exact below 2^24).
[[nodiscard]] GRADUS_INLINE native<float> as_floats(sum_register sum) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return native<float>(_mm512_cvtepi32_ps(sum));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return native<float>(_mm256_cvtepi32_ps(sum));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return native<float>(_mm_cvtepi32_ps(sum));
#elif GRADUS_HAS_SIMD
    return native<float>(vcvtq_f32_s32(sum));
#else
    return static_cast<float>(sum);
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
