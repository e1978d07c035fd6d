// SPDX-License-Identifier: MIT
// Sixty-four bytes at once: sixteen rows by four columns, the unit of packed codes.
#pragma once

#include <gradus/simd/batch.hpp>

#include <algorithm>
#include <cstring>

#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
#include <immintrin.h>
#elif GRADUS_HAS_SIMD
#include <arm_neon.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

// One register of bytes: as many as there are for sixteen floats (`parts`).
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
using byte_register = __m512i;
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
using byte_register = __m256i;
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
using byte_register = __m128i;
#elif GRADUS_HAS_SIMD
using byte_register = uint8x16_t;
#else
using byte_register = std::uint32_t;
#endif

inline constexpr index_t register_bytes = sizeof(byte_register);

[[nodiscard]] GRADUS_INLINE byte_register load_bytes(const void* from) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_loadu_si512(from);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
#elif GRADUS_HAS_SIMD
    return vld1q_u8(static_cast<const std::uint8_t*>(from));
#else
    std::uint32_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
#endif
}

/// The first `count` bytes, which alone are read; zeros behind them.
[[nodiscard]] GRADUS_INLINE byte_register load_first_bytes(const void* from, index_t count) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __mmask64 first = count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1;
    return _mm512_maskz_loadu_epi8(first, from);
#else
    alignas(64) std::byte bytes[64] = {};
    std::memcpy(bytes, from, std::min(count, register_bytes));
    return load_bytes(bytes);
#endif
}

/// The same register, held: g++ otherwise reads memory again for every use, and on Zen 4 loads are
/// what a product of packed codes has least of (one of 64 bytes a cycle).
[[nodiscard]] GRADUS_INLINE byte_register held(byte_register v) {
#if GRADUS_HAS_SIMD && defined(__x86_64__) && defined(__AVX512F__)
    asm("" : "+v"(v));
#elif GRADUS_HAS_SIMD && defined(__x86_64__)
    asm("" : "+x"(v));
#endif
    return v;
}

GRADUS_INLINE void store_bytes(void* to, byte_register v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    _mm512_storeu_si512(to, v);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    _mm256_storeu_si256(static_cast<__m256i*>(to), v);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    _mm_storeu_si128(static_cast<__m128i*>(to), v);
#elif GRADUS_HAS_SIMD
    vst1q_u8(static_cast<std::uint8_t*>(to), v);
#else
    std::memcpy(to, &v, sizeof v);
#endif
}

[[nodiscard]] GRADUS_INLINE byte_register every_byte(std::uint8_t value) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_set1_epi8(static_cast<char>(value));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_set1_epi8(static_cast<char>(value));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_set1_epi8(static_cast<char>(value));
#elif GRADUS_HAS_SIMD
    return vdupq_n_u8(value);
#else
    return value * 0x01010101u;
#endif
}

[[nodiscard]] GRADUS_INLINE byte_register both(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_and_si512(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_and_si256(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_and_si128(a, b);
#elif GRADUS_HAS_SIMD
    return vandq_u8(a, b);
#else
    return a & b;
#endif
}

[[nodiscard]] GRADUS_INLINE byte_register any_of(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_or_si512(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_or_si256(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_or_si128(a, b);
#elif GRADUS_HAS_SIMD
    return vorrq_u8(a, b);
#else
    return a | b;
#endif
}

/// The greater of every two bytes.
[[nodiscard]] GRADUS_INLINE byte_register greatest_bytes(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_max_epu8(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_max_epu8(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_max_epu8(a, b);
#elif GRADUS_HAS_SIMD
    return vmaxq_u8(a, b);
#else
    std::uint32_t r = 0;
    for (int i = 0; i < 32; i += 8) {
        const std::uint32_t mask = 255u << i;
        r |= (a & mask) > (b & mask) ? a & mask : b & mask;
    }
    return r;
#endif
}

/// The lesser of every two bytes.
[[nodiscard]] GRADUS_INLINE byte_register least_bytes(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_min_epu8(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_min_epu8(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_min_epu8(a, b);
#elif GRADUS_HAS_SIMD
    return vminq_u8(a, b);
#else
    std::uint32_t r = 0;
    for (int i = 0; i < 32; i += 8) {
        const std::uint32_t mask = 255u << i;
        r |= (a & mask) < (b & mask) ? a & mask : b & mask;
    }
    return r;
#endif
}

/// Moves all bits from place `From` to place `To` inside every byte; the places that bits of a
/// neighbouring byte reach are the caller's to mask away.
template <int From, int To> [[nodiscard]] GRADUS_INLINE byte_register shifted_to(byte_register v) {
    constexpr int right = From > To ? From - To : 0;
    constexpr int left = To > From ? To - From : 0;
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    if constexpr (right != 0) { v = _mm512_srli_epi16(v, right); }
    if constexpr (left != 0) { v = _mm512_slli_epi16(v, left); }
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    if constexpr (right != 0) { v = _mm256_srli_epi16(v, right); }
    if constexpr (left != 0) { v = _mm256_slli_epi16(v, left); }
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    if constexpr (right != 0) { v = _mm_srli_epi16(v, right); }
    if constexpr (left != 0) { v = _mm_slli_epi16(v, left); }
#elif GRADUS_HAS_SIMD
    if constexpr (right != 0) { v = vshrq_n_u8(v, right); }
    if constexpr (left != 0) { v = vshlq_n_u8(v, left); }
#else
    if constexpr (right != 0) { v = v >> right; }
    if constexpr (left != 0) { v = v << left; }
#endif
    return v;
}

/// The same, keeping the bits of `Mask`.
template <int From, int To, unsigned Mask>
[[nodiscard]] GRADUS_INLINE byte_register moved(byte_register v) {
    return both(shifted_to<From, To>(v), every_byte(static_cast<std::uint8_t>(Mask)));
}

/// The bits of `Mask` from b, the others from a.
template <unsigned Mask>
[[nodiscard]] GRADUS_INLINE byte_register merged(byte_register a, byte_register b) {
    const byte_register mask = every_byte(static_cast<std::uint8_t>(Mask));
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_ternarylogic_epi32(mask, b, a, 0xca);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return any_of(both(b, mask), _mm256_andnot_si256(mask, a));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return any_of(both(b, mask), _mm_andnot_si128(mask, a));
#elif GRADUS_HAS_SIMD
    return vbslq_u8(mask, b, a);
#else
    return (b & mask) | (a & ~mask);
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
