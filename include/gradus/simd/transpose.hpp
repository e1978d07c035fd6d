// SPDX-License-Identifier: MIT
// Codes of 16 rows by 16 columns: from the stored order, by 4 columns, to rows, and back.
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// 256 bytes. By quads: word r (of 4 bytes) of quad[q] holds row r, columns 4 q ... 4 q + 3. By
/// rows: word 4 b + q of quad[k] holds row 4 b + k, columns 4 q ... 4 q + 3, so that row r is the
/// 16 bytes from `row_in_square(r)` on.
struct byte_square {
    byte_register quad[4][parts];

    GRADUS_INLINE void store(void* to) const {
        unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
            each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                store_bytes(static_cast<code_t*>(to) + 64 * q + register_bytes * p, quad[q][p]);
            });
        });
    }

    [[nodiscard]] GRADUS_INLINE static byte_square load(const void* from) {
        byte_square s;
        unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
            each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                s.quad[q][p] =
                    load_bytes(static_cast<const code_t*>(from) + 64 * q + register_bytes * p);
            });
        });
        return s;
    }
};

[[nodiscard]] GRADUS_INLINE constexpr index_t row_in_square(index_t row) {
    return row % 4 * 64 + row / 4 * 16;
}

/// Words 0 and 1 (Low) or 2 and 3 of each 16 bytes of a and b, in turns.
template <bool Low>
[[nodiscard]] GRADUS_INLINE byte_register interleaved_words(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return Low ? _mm512_unpacklo_epi32(a, b) : _mm512_unpackhi_epi32(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return Low ? _mm256_unpacklo_epi32(a, b) : _mm256_unpackhi_epi32(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return Low ? _mm_unpacklo_epi32(a, b) : _mm_unpackhi_epi32(a, b);
#elif GRADUS_HAS_SIMD
    const uint32x4_t x = vreinterpretq_u32_u8(a);
    const uint32x4_t y = vreinterpretq_u32_u8(b);
    return vreinterpretq_u8_u32(Low ? vzip1q_u32(x, y) : vzip2q_u32(x, y));
#else
    return Low ? a : b;  // one word a register: `transposed` moves them itself
#endif
}

/// The lower (Low) or upper eight bytes of each sixteen of a, then those of b.
template <bool Low>
[[nodiscard]] GRADUS_INLINE byte_register joined_halves(byte_register a, byte_register b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return Low ? _mm512_unpacklo_epi64(a, b) : _mm512_unpackhi_epi64(a, b);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    return Low ? _mm256_unpacklo_epi64(a, b) : _mm256_unpackhi_epi64(a, b);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    return Low ? _mm_unpacklo_epi64(a, b) : _mm_unpackhi_epi64(a, b);
#elif GRADUS_HAS_SIMD
    const uint64x2_t x = vreinterpretq_u64_u8(a);
    const uint64x2_t y = vreinterpretq_u64_u8(b);
    return vreinterpretq_u8_u64(Low ? vzip1q_u64(x, y) : vzip2q_u64(x, y));
#else
    return Low ? a : b;
#endif
}

/// From either order to the other: sixteen words of 4 codes change places in each of the four
/// groups of rows.
[[nodiscard]] GRADUS_INLINE byte_square transposed(const byte_square& from) {
    byte_square to;
    if constexpr (register_bytes == 4) {
        for (index_t k = 0; k < 4; ++k) {
            for (index_t i = 0; i < parts; ++i) {
                to.quad[k][i] = from.quad[i % 4][i / 4 * 4 + k];
            }
        }
    } else {
        each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            const auto& q = from.quad;
            const byte_register low01 = interleaved_words<true>(q[0][p], q[1][p]);
            const byte_register high01 = interleaved_words<false>(q[0][p], q[1][p]);
            const byte_register low23 = interleaved_words<true>(q[2][p], q[3][p]);
            const byte_register high23 = interleaved_words<false>(q[2][p], q[3][p]);
            to.quad[0][p] = joined_halves<true>(low01, low23);
            to.quad[1][p] = joined_halves<false>(low01, low23);
            to.quad[2][p] = joined_halves<true>(high01, high23);
            to.quad[3][p] = joined_halves<false>(high01, high23);
        });
    }
    return to;
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
