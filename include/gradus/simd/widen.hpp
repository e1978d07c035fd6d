// SPDX-License-Identifier: MIT
// Sixteen bytes to sixteen words and back.
#pragma once

#include <gradus/simd/batch.hpp>

#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
#include <immintrin.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Sixteen codes as words. xsimd 8.1 widens through a buffer on the stack (25 instructions).
[[nodiscard]] GRADUS_INLINE u32x16 load_codes(const code_t* from) {
    u32x16 r;
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128i bytes =
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from)));
#if defined(GRADUS_WIDE_REGISTERS)
    r.part[0] = native<std::uint32_t>(_mm512_cvtepu8_epi32(bytes));
#elif defined(__AVX2__)
    r.part[0] = native<std::uint32_t>(_mm256_cvtepu8_epi32(bytes));
    r.part[1] = native<std::uint32_t>(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)));
#else
    r.part[0] = native<std::uint32_t>(_mm_cvtepu8_epi32(bytes));
    r.part[1] = native<std::uint32_t>(_mm_cvtepu8_epi32(_mm_srli_si128(bytes, 4)));
    r.part[2] = native<std::uint32_t>(_mm_cvtepu8_epi32(_mm_srli_si128(bytes, 8)));
    r.part[3] = native<std::uint32_t>(_mm_cvtepu8_epi32(_mm_srli_si128(bytes, 12)));
#endif
#elif GRADUS_HAS_SIMD && defined(__aarch64__)
    const uint8x16_t bytes = vld1q_u8(from);
    const uint16x8_t low = vmovl_u8(vget_low_u8(bytes));
    const uint16x8_t high = vmovl_u8(vget_high_u8(bytes));
    r.part[0] = native<std::uint32_t>(vmovl_u16(vget_low_u16(low)));
    r.part[1] = native<std::uint32_t>(vmovl_u16(vget_high_u16(low)));
    r.part[2] = native<std::uint32_t>(vmovl_u16(vget_low_u16(high)));
    r.part[3] = native<std::uint32_t>(vmovl_u16(vget_high_u16(high)));
#else
    std::uint32_t words[lanes];
    for (index_t i = 0; i < lanes; ++i) {
        words[i] = from[i];
    }
    r = u32x16::load(words);
#endif
    return r;
}

/// The same in the lowest byte of each word, whatever the others are: on AVX-512 a load that
/// repeats and a shuffle, where widening from memory takes two shuffles on Zen 4.
[[nodiscard]] GRADUS_INLINE u32x16 load_low_bytes(const code_t* from) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __m512i four_times = _mm512_broadcast_i32x4(
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from))));
    constexpr std::uint32_t places[lanes] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    u32x16 r;
    r.part[0] = native<std::uint32_t>(_mm512_shuffle_epi8(four_times, _mm512_loadu_si512(places)));
    return r;
#else
    return load_codes(from);
#endif
}

/// Words below 256 as sixteen codes.
GRADUS_INLINE void store_codes(const u32x16& v, code_t* to) {
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const auto out = static_cast<__m128i*>(static_cast<void*>(to));
#if defined(GRADUS_WIDE_REGISTERS)
    _mm_storeu_si128(out, _mm512_cvtepi32_epi8(v.part[0]));
#elif defined(__AVX2__)
    const __m256i words = _mm256_packus_epi32(v.part[0], v.part[1]);  // 0-3, 8-11, 4-7, 12-15
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    _mm_storeu_si128(out, _mm_packus_epi16(_mm256_castsi256_si128(ordered),
                                           _mm256_extracti128_si256(ordered, 1)));
#else
    const __m128i low = _mm_packus_epi32(v.part[0], v.part[1]);
    const __m128i high = _mm_packus_epi32(v.part[2], v.part[3]);
    _mm_storeu_si128(out, _mm_packus_epi16(low, high));
#endif
#elif GRADUS_HAS_SIMD && defined(__aarch64__)
    const uint16x8_t low = vcombine_u16(vmovn_u32(v.part[0]), vmovn_u32(v.part[1]));
    const uint16x8_t high = vcombine_u16(vmovn_u32(v.part[2]), vmovn_u32(v.part[3]));
    vst1q_u8(to, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
#else
    std::uint32_t words[lanes];
    v.store(words);
    for (index_t i = 0; i < lanes; ++i) {
        to[i] = static_cast<code_t>(words[i]);
    }
#endif
}

/// The lowest byte of each word.
GRADUS_INLINE void store_low_bytes(const u32x16& v, void* to) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    _mm_storeu_si128(static_cast<__m128i*>(to), _mm512_cvtepi32_epi8(v.part[0]));
#else
    store_codes(v & u32x16(255u), static_cast<code_t*>(to));
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
