// SPDX-License-Identifier: MIT
// Table lookup by sixty-four byte codes: in registers wherever the machine has such a shuffle.
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
/// table[code % 16] in every byte whose code is below 16 (beyond: anything).
[[nodiscard]] GRADUS_INLINE byte_register shuffled(const std::uint8_t* table, byte_register code) {
    const __m128i entries =
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(table)));
#if defined(GRADUS_WIDE_REGISTERS)
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(entries), code);
#elif defined(__AVX2__)
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), code);
#else
    return _mm_shuffle_epi8(entries, code);
#endif
}
#endif

/// Entries of the table in which `Size` different codes are looked up: shorter ones are repeated.
/// The byte permutation of VBMI sees six bits of an index, so that a table of 64 serves all codes
/// below and ignores what stands above them.
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI__)
template <int Size> inline constexpr int lookup_size = Size < 64 ? 64 : Size;
template <int Size> inline constexpr bool lookup_ignores_upper_bits = Size == 64;
#else
template <int Size> inline constexpr int lookup_size = Size < 16 ? 16 : Size;
template <int Size> inline constexpr bool lookup_ignores_upper_bits = false;
#endif

/// One entry after the other, through memory.
template <int Size>
[[nodiscard]] GRADUS_INLINE byte_register looked_up_singly(const std::uint8_t* table,
                                                           byte_register code) {
    std::uint8_t bytes[register_bytes];
    store_bytes(bytes, code);
    for (std::uint8_t& b : bytes) {
        b = table[b];
    }
    return load_bytes(bytes);
}

/// table[code] in every byte; codes are below Size = lookup_size<...>.
template <int Size>
[[nodiscard]] GRADUS_INLINE byte_register looked_up(const std::uint8_t* table, byte_register code) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI__)
    if constexpr (Size == 64) {
        return _mm512_permutexvar_epi8(code, load_bytes(table));
    } else {
        const __m512i low =
            _mm512_permutex2var_epi8(load_bytes(table), code, load_bytes(table + 64));
        if constexpr (Size == 128) {
            return low;
        } else {
            const __m512i high =
                _mm512_permutex2var_epi8(load_bytes(table + 128), code, load_bytes(table + 192));
            return _mm512_mask_blend_epi8(_mm512_movepi8_mask(code), low, high);
        }
    }
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    if constexpr (Size <= 16) {
        return shuffled(table, code);
    } else if constexpr (Size <= 64) {
        // A shuffle gives 0 where bit 7 of the index is set: each sixteenth of the table takes the
        // codes that fall into it, the others are sent there.
        byte_register found = every_byte(0);
        for (int part = 0; part < Size / 16; ++part) {
#if defined(GRADUS_WIDE_REGISTERS)
            const __m512i from = _mm512_sub_epi8(code, every_byte(std::uint8_t(16 * part)));
            const __mmask64 here = _mm512_cmplt_epu8_mask(from, every_byte(16));
            found = _mm512_mask_mov_epi8(found, here, shuffled(table + 16 * part, from));
#elif defined(__AVX2__)
            const __m256i from = _mm256_sub_epi8(code, every_byte(std::uint8_t(16 * part)));
            found = any_of(found,
                           shuffled(table + 16 * part, _mm256_adds_epu8(from, every_byte(0x70))));
#else
            const __m128i from = _mm_sub_epi8(code, every_byte(std::uint8_t(16 * part)));
            found =
                any_of(found, shuffled(table + 16 * part, _mm_adds_epu8(from, every_byte(0x70))));
#endif
        }
        return found;
    } else {
        return looked_up_singly<Size>(table, code);
    }
#elif GRADUS_HAS_SIMD
    if constexpr (Size <= 16) {
        return vqtbl1q_u8(vld1q_u8(table), code);
    } else if constexpr (Size == 32) {
        return vqtbl2q_u8({vld1q_u8(table), vld1q_u8(table + 16)}, code);
    } else {
        byte_register found = every_byte(0);
        for (int part = 0; part < Size / 64; ++part) {
            const std::uint8_t* at = table + 64 * part;
            const uint8x16x4_t four = {vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32),
                                       vld1q_u8(at + 48)};
            found = vorrq_u8(found,
                             vqtbl4q_u8(four, vsubq_u8(code, every_byte(std::uint8_t(64 * part)))));
        }
        return found;
    }
#else
    return looked_up_singly<Size>(table, code);
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
