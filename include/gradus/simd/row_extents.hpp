// SPDX-License-Identifier: MIT
// The ends of sixteen rows' values, one row a lane.
#pragma once

#include <gradus/simd/lanes.hpp>
#include <gradus/simd/transpose.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// The larger words, as signed or as unsigned numbers.
template <bool Signed>
[[nodiscard]] GRADUS_INLINE native<std::uint32_t> larger(const native<std::uint32_t>& a,
                                                         const native<std::uint32_t>& b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return native<std::uint32_t>(Signed ? _mm512_max_epi32(a, b) : _mm512_max_epu32(a, b));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return native<std::uint32_t>(Signed ? _mm256_max_epi32(a, b) : _mm256_max_epu32(a, b));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return native<std::uint32_t>(Signed ? _mm_max_epi32(a, b) : _mm_max_epu32(a, b));
#elif !GRADUS_HAS_SIMD
    return (Signed ? static_cast<std::int32_t>(a) > static_cast<std::int32_t>(b) : a > b) ? a : b;
#else
    if constexpr (Signed) {
        return native<std::uint32_t>(
            vreinterpretq_u32_s32(vmaxq_s32(vreinterpretq_s32_u32(a), vreinterpretq_s32_u32(b))));
    } else {
        return native<std::uint32_t>(vmaxq_u32(a, b));
    }
#endif
}

template <bool Signed> [[nodiscard]] GRADUS_INLINE u32x16 larger(const u32x16& a, const u32x16& b) {
    u32x16 r;
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = larger<Signed>(a.part[i], b.part[i]); });
    return r;
}

/// Four rows of sixteen words to their largest in four lanes each: lanes 4 j ... 4 j + 3 of row j.
template <bool Signed> [[nodiscard]] GRADUS_INLINE u32x16 quarters(const u32x16 (&row)[4]) {
    u32x16 r;
#if !GRADUS_HAS_SIMD
    for (index_t i = 0; i < lanes; ++i) {
        const auto* x = row[i / 4].part + i % 4;
        r.part[i] = larger<Signed>(larger<Signed>(x[0], x[4]), larger<Signed>(x[8], x[12]));
    }
#elif defined(GRADUS_WIDE_REGISTERS)
    const auto halves = [](const __m512i& a, const __m512i& b) {
        return larger<Signed>(native<std::uint32_t>(_mm512_shuffle_i32x4(a, b, 0x44)),
                              native<std::uint32_t>(_mm512_shuffle_i32x4(a, b, 0xee)));
    };
    const __m512i low = halves(row[0].part[0], row[1].part[0]);
    const __m512i high = halves(row[2].part[0], row[3].part[0]);
    r.part[0] = larger<Signed>(native<std::uint32_t>(_mm512_shuffle_i32x4(low, high, 0x88)),
                               native<std::uint32_t>(_mm512_shuffle_i32x4(low, high, 0xdd)));
#elif defined(__AVX2__)
    unrolled<2>([&](index_t i) GRADUS_INLINE_LAMBDA {
        const __m256i a = larger<Signed>(row[2 * i].part[0], row[2 * i].part[1]);
        const __m256i b = larger<Signed>(row[2 * i + 1].part[0], row[2 * i + 1].part[1]);
        r.part[i] = larger<Signed>(native<std::uint32_t>(_mm256_permute2x128_si256(a, b, 0x20)),
                                   native<std::uint32_t>(_mm256_permute2x128_si256(a, b, 0x31)));
    });
#else
    unrolled<4>([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = larger<Signed>(larger<Signed>(row[i].part[0], row[i].part[1]),
                                   larger<Signed>(row[i].part[2], row[i].part[3]));
    });
#endif
    return r;
}

/// From four times `quarters` to the largest of sixteen rows: lane 4 j + k from lanes 4 j ... 4 j +
/// 3 of four[k].
template <bool Signed> [[nodiscard]] GRADUS_INLINE u32x16 largest(const u32x16 (&four)[4]) {
    u32x16 r;
#if !GRADUS_HAS_SIMD
    for (index_t i = 0; i < lanes; ++i) {
        const auto* x = four[i % 4].part + i / 4 * 4;
        r.part[i] = larger<Signed>(larger<Signed>(x[0], x[1]), larger<Signed>(x[2], x[3]));
    }
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        const auto word = [](byte_register x) { return std::bit_cast<native<std::uint32_t>>(x); };
        const auto byte = [&](index_t k) { return std::bit_cast<byte_register>(four[k].part[i]); };
        const auto pairs = [&](index_t k) {
            return std::bit_cast<byte_register>(
                larger<Signed>(word(interleaved_words<true>(byte(k), byte(k + 1))),
                               word(interleaved_words<false>(byte(k), byte(k + 1)))));
        };
        const byte_register a = pairs(0);
        const byte_register b = pairs(2);
        r.part[i] =
            larger<Signed>(word(joined_halves<true>(a, b)), word(joined_halves<false>(a, b)));
    });
#endif
    return r;
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
