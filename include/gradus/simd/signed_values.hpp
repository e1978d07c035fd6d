// SPDX-License-Identifier: MIT
// Sixteen codes as floats, counted from the code of zero.
#pragma once

#include <gradus/simd/bytes.hpp>
#include <gradus/simd/lanes.hpp>
#include <gradus/simd/widen.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Bytes a - b, modulo 256.
[[nodiscard]] GRADUS_INLINE byte_register byte_difference(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_sub_epi8(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_sub_epi8(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_sub_epi8(a, b);
#elif GRADUS_HAS_SIMD
    return vsubq_u8(a, b);
#else
    // Every byte borrows from a bit of its own.
    return ((a | 0x80808080u) - (b & 0x7f7f7f7fu)) ^ ((a ^ ~b) & 0x80808080u);
#endif
}

/// Sixteen signed bytes as floats.
[[nodiscard]] GRADUS_INLINE f32x16 signed_values(const code_t* from) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128i bytes =
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from)));
#if defined(GRADUS_WIDE_REGISTERS)
    r.part[0] = native<float>(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)));
#elif defined(__AVX2__)
    r.part[0] = native<float>(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)));
    r.part[1] = native<float>(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8))));
#else
    r.part[0] = native<float>(_mm_cvtepi32_ps(_mm_cvtepi8_epi32(bytes)));
    r.part[1] = native<float>(_mm_cvtepi32_ps(_mm_cvtepi8_epi32(_mm_srli_si128(bytes, 4))));
    r.part[2] = native<float>(_mm_cvtepi32_ps(_mm_cvtepi8_epi32(_mm_srli_si128(bytes, 8))));
    r.part[3] = native<float>(_mm_cvtepi32_ps(_mm_cvtepi8_epi32(_mm_srli_si128(bytes, 12))));
#endif
#else
    float values[lanes];
    for (index_t i = 0; i < lanes; ++i) {
        values[i] = static_cast<float>(static_cast<std::int8_t>(from[i]));
    }
    r = f32x16::load(values);
#endif
    return r;
}

/// Codes minus one code, as floats.
[[nodiscard]] GRADUS_INLINE f32x16 values_from(const u32x16& codes, std::uint32_t zero) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    f32x16 r;
    r.part[0] = native<float>(_mm512_cvtepi32_ps(
        _mm512_sub_epi32(codes.part[0], _mm512_set1_epi32(static_cast<int>(zero)))));
    return r;
#else
    return as_real<f32x16>(codes) - f32x16(static_cast<float>(zero));
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
