// SPDX-License-Identifier: MIT
// Ternary digits out of bytes that hold five each (packing/base3.hpp).
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

[[nodiscard]] GRADUS_INLINE byte_register tripled(byte_register v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return _mm512_add_epi8(v, _mm512_add_epi8(v, v));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return _mm256_add_epi8(v, _mm256_add_epi8(v, v));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return _mm_add_epi8(v, _mm_add_epi8(v, v));
#elif GRADUS_HAS_SIMD
    return vaddq_u8(v, vaddq_u8(v, v));
#else
    const std::uint32_t even = (v & 0x00ff00ffu) * 3u & 0x00ff00ffu;
    const std::uint32_t odd = ((v >> 8) & 0x00ff00ffu) * 3u & 0x00ff00ffu;
    return even | (odd << 8);
#endif
}

/// floor(3 v / 256): one for v >= 86, two for v >= 171.
[[nodiscard]] GRADUS_INLINE byte_register leading_trit(byte_register v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const byte_register one =
        _mm512_maskz_mov_epi8(_mm512_cmpge_epu8_mask(v, every_byte(86)), every_byte(1));
    return _mm512_mask_mov_epi8(one, _mm512_cmpge_epu8_mask(v, every_byte(171)), every_byte(2));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    const byte_register one = _mm256_min_epu8(_mm256_subs_epu8(v, every_byte(85)), every_byte(1));
    return _mm256_add_epi8(one,
                           _mm256_min_epu8(_mm256_subs_epu8(v, every_byte(170)), every_byte(1)));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const byte_register one = _mm_min_epu8(_mm_subs_epu8(v, every_byte(85)), every_byte(1));
    return _mm_add_epi8(one, _mm_min_epu8(_mm_subs_epu8(v, every_byte(170)), every_byte(1)));
#elif GRADUS_HAS_SIMD
    const byte_register one = vminq_u8(vqsubq_u8(v, every_byte(85)), every_byte(1));
    return vaddq_u8(one, vminq_u8(vqsubq_u8(v, every_byte(170)), every_byte(1)));
#else
    const std::uint32_t even = ((v & 0x00ff00ffu) * 3u >> 8) & 0x00ff00ffu;
    const std::uint32_t odd = (((v >> 8) & 0x00ff00ffu) * 3u >> 8) & 0x00ff00ffu;
    return even | (odd << 8);
#endif
}

/// f = 86 d for digits d, of which 3 f - 2 d = 256 d.
[[nodiscard]] GRADUS_INLINE byte_register fraction_of_trit(byte_register d) {
    return any_of(any_of(shifted_to<0, 6>(d), shifted_to<0, 4>(d)),
                  any_of(shifted_to<0, 2>(d), shifted_to<0, 1>(d)));
}

/// Digit `Place` (0 ... 4, the most significant first) of every byte.
template <index_t Place> [[nodiscard]] GRADUS_INLINE byte_register trit(byte_register v) {
    unrolled<Place>([&](index_t) { v = tripled(v); });
    return leading_trit(v);
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
