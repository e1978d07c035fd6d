// SPDX-License-Identifier: MIT
// Codes of 16 rows by 16 columns: from a word each to bytes in stored order, by 4 columns.
#pragma once

#include <gradus/simd/lanes.hpp>
#include <gradus/simd/row_extents.hpp>
#include <gradus/simd/transpose.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// The nearest integers as signed words, ties to even; the least one beyond their range.
[[nodiscard]] GRADUS_INLINE u32x16 nearest_words(const f32x16& x) {
    u32x16 r;
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    r.part[0] = native<std::uint32_t>(_mm512_cvtps_epi32(x.part[0]));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<std::uint32_t>(_mm256_cvtps_epi32(x.part[i]));
    });
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<std::uint32_t>(_mm_cvtps_epi32(x.part[i]));
    });
#elif GRADUS_HAS_SIMD
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<std::uint32_t>(vreinterpretq_u32_s32(vcvtnq_s32_f32(x.part[i])));
    });
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] =
            static_cast<std::uint32_t>(static_cast<std::int32_t>(std::nearbyint(x.part[i])));
    });
#endif
    return r;
}

/// Signed words as floats, exactly below 2^24.
[[nodiscard]] GRADUS_INLINE f32x16 from_words(const u32x16& x) {
    f32x16 r;
#if GRADUS_HAS_SIMD
    each_part(
        [&](index_t i) { r.part[i] = to_float(std::bit_cast<native<std::int32_t>>(x.part[i])); });
#else
    each_part(
        [&](index_t i) { r.part[i] = static_cast<float>(static_cast<std::int32_t>(x.part[i])); });
#endif
    return r;
}

/// The greater magnitude: `a` has no sign. By integers, which do it in half the time on Zen 4; a
/// NaN is greatest.
[[nodiscard]] GRADUS_INLINE f32x16 greatest_magnitude(const f32x16& a, const f32x16& b) {
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        const auto size =
            std::bit_cast<native<std::uint32_t>>(b.part[i]) & native<std::uint32_t>(0x7fffffffu);
        r.part[i] = std::bit_cast<native<float>>(
            larger<true>(std::bit_cast<native<std::uint32_t>>(a.part[i]), size));
    });
    return r;
}

/// Four rows of sixteen codes as bytes: 16 for each 4 columns, in them by row. Signed words beyond
/// [0, 255] become the nearer end.
GRADUS_INLINE void narrowed(const u32x16 (&row)[4], byte_register (&to)[parts]) {
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
        to[i] = _mm512_packus_epi16(_mm512_packs_epi32(row[0].part[i], row[1].part[i]),
                                    _mm512_packs_epi32(row[2].part[i], row[3].part[i]));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
        to[i] = _mm256_packus_epi16(_mm256_packs_epi32(row[0].part[i], row[1].part[i]),
                                    _mm256_packs_epi32(row[2].part[i], row[3].part[i]));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
        to[i] = _mm_packus_epi16(_mm_packs_epi32(row[0].part[i], row[1].part[i]),
                                 _mm_packs_epi32(row[2].part[i], row[3].part[i]));
#elif GRADUS_HAS_SIMD
        const auto words = [&](index_t r) {
            return vqmovn_s32(vreinterpretq_s32_u32(row[r].part[i]));
        };
        to[i] = vcombine_u8(vqmovun_s16(vcombine_s16(words(0), words(1))),
                            vqmovun_s16(vcombine_s16(words(2), words(3))));
#else
        std::uint32_t four = 0;
        for (index_t c = 0; c < 4; ++c) {
            const auto code = static_cast<std::int32_t>(row[i % 4].part[i / 4 * 4 + c]);
            four |= static_cast<std::uint32_t>(code < 0 ? 0 : code > 255 ? 255 : code) << (8 * c);
        }
        to[i] = four;
#endif
    });
}

/// The square by quads from four times `narrowed`: rows 4 k ... 4 k + 3 in rows[k].
[[nodiscard]] GRADUS_INLINE byte_square quads_of(const byte_register (&rows)[4][parts]) {
    byte_square s;
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __m512i low01 = _mm512_shuffle_i32x4(rows[0][0], rows[1][0], 0x44);
    const __m512i high01 = _mm512_shuffle_i32x4(rows[0][0], rows[1][0], 0xee);
    const __m512i low23 = _mm512_shuffle_i32x4(rows[2][0], rows[3][0], 0x44);
    const __m512i high23 = _mm512_shuffle_i32x4(rows[2][0], rows[3][0], 0xee);
    s.quad[0][0] = _mm512_shuffle_i32x4(low01, low23, 0x88);
    s.quad[1][0] = _mm512_shuffle_i32x4(low01, low23, 0xdd);
    s.quad[2][0] = _mm512_shuffle_i32x4(high01, high23, 0x88);
    s.quad[3][0] = _mm512_shuffle_i32x4(high01, high23, 0xdd);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    unrolled<2>([&](index_t h) GRADUS_INLINE_LAMBDA {
        unrolled<2>([&](index_t q) GRADUS_INLINE_LAMBDA {
            const __m256i upper = rows[2 * h][q];
            const __m256i lower = rows[2 * h + 1][q];
            s.quad[2 * q][h] = _mm256_permute2x128_si256(upper, lower, 0x20);
            s.quad[2 * q + 1][h] = _mm256_permute2x128_si256(upper, lower, 0x31);
        });
    });
#else
    constexpr index_t each = parts / 4;  // registers that hold four rows of a quad
    unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
        unrolled<4>([&](index_t k) GRADUS_INLINE_LAMBDA {
            for (index_t i = 0; i < each; ++i) {
                s.quad[q][each * k + i] = rows[k][each * q + i];
            }
        });
    });
#endif
    return s;
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
