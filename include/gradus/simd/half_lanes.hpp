// SPDX-License-Identifier: MIT
// Sixteen stored bf16, or sixteen codes of a bit stream, to sixteen lanes.
#pragma once

#include <gradus/simd/lanes.hpp>
#include <gradus/simd/widen.hpp>
#include <gradus/simd/widen_f16.hpp>

#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
#include <immintrin.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Sixteen little-endian words of 16 bits.
[[nodiscard]] GRADUS_INLINE u32x16 load_words(const std::byte* from) {
    std::uint16_t words[lanes];
    std::memcpy(words, from, sizeof words);
    std::uint32_t wide[lanes];
    for (index_t i = 0; i < lanes; ++i) {
        wide[i] = words[i];
    }
    return u32x16::load(wide);
}

[[nodiscard]] GRADUS_INLINE f32x16 from_bits(const u32x16& bits) {
    f32x16 r;
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = std::bit_cast<native<float>>(bits.part[i]); });
    return r;
}

[[nodiscard]] GRADUS_INLINE u32x16 to_bits(const f32x16& x) {
    u32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = std::bit_cast<native<std::uint32_t>>(x.part[i]);
    });
    return r;
}

/// The values of sixteen stored bf16, exactly.
[[nodiscard]] GRADUS_INLINE f32x16 load_bf16(const std::byte* from) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __m512i words = _mm512_cvtepu16_epi32(
        _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(from))));
    u32x16 bits;
    bits.part[0] = native<std::uint32_t>(words);
    return from_bits(bits << 16);
#else
    return from_bits(load_words(from) << 16);
#endif
}

/// Sixteen codes of `Bits` bits each, one after the other in a little-endian stream: reads exactly
/// 2 * Bits bytes.
template <int Bits> [[nodiscard]] GRADUS_INLINE u32x16 load_bit_stream(const std::byte* from) {
    if constexpr (Bits == 8) {
        return load_codes(static_cast<const code_t*>(static_cast<const void*>(from)));
    } else {
        constexpr std::uint64_t mask = (1u << Bits) - 1u;
        std::uint64_t spread[2] = {};  // eight codes each, a byte a code
        for (index_t half = 0; half < 2; ++half) {
            std::uint64_t word = 0;
            std::memcpy(&word, from + half * index_t{Bits}, index_t{Bits});
#if GRADUS_HAS_SIMD && defined(__BMI2__) && defined(__x86_64__)
            spread[half] = _pdep_u64(word, mask * 0x0101010101010101u);
#else
            for (int i = 0; i < 8; ++i) {
                spread[half] |= ((word >> (Bits * i)) & mask) << (8 * i);
            }
#endif
        }
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
        // Not through memory: a load of sixteen bytes waits for two stores of eight.
        u32x16 r;
        r.part[0] = native<std::uint32_t>(_mm512_cvtepu8_epi32(
            _mm_set_epi64x(static_cast<long long>(spread[1]), static_cast<long long>(spread[0]))));
        return r;
#else
        return load_codes(static_cast<const code_t*>(static_cast<const void*>(spread)));
#endif
    }
}

/// The inverse: writes exactly 2 * Bits bytes from sixteen codes.
template <int Bits> GRADUS_INLINE void store_bit_stream(const code_t* codes, std::byte* to) {
    for (index_t half = 0; half < 2; ++half) {
        std::uint64_t spread = 0;
        std::memcpy(&spread, codes + 8 * half, sizeof spread);
        std::uint64_t word = 0;
#if GRADUS_HAS_SIMD && defined(__BMI2__) && defined(__x86_64__)
        word = _pext_u64(spread, ((1u << Bits) - 1u) * 0x0101010101010101u);
#else
        for (int i = 0; i < 8; ++i) {
            word |= ((spread >> (8 * i)) & ((1u << Bits) - 1u)) << (Bits * i);
        }
#endif
        std::memcpy(to + half * index_t{Bits}, &word, index_t{Bits});
    }
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
