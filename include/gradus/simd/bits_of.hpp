// SPDX-License-Identifier: MIT
// Any bits of every byte in any order, in one operation.
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Whether `bits_of` is one operation.
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__GFNI__)
inline constexpr bool moves_bits = true;
#else
inline constexpr bool moves_bits = false;
#endif

/// Where the bits of a byte come from: bit i from bit place[i], those from `count` on are zero.
struct bit_places {
    int count = 0;
    int place[8] = {};

    /// The matrix of gf2p8affineqb: row 7 - i selects bit i.
    [[nodiscard]] constexpr std::uint64_t matrix() const {
        std::uint64_t rows = 0;
        for (int i = 0; i < count; ++i) {
            rows |= std::uint64_t{1} << (8 * (7 - i) + place[i]);
        }
        return rows;
    }
};

/// The bits of every byte, rearranged; needs `moves_bits`.
template <bit_places From> [[nodiscard]] GRADUS_INLINE byte_register bits_of(byte_register v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__GFNI__)
    const auto matrix = static_cast<long long>(From.matrix());
    return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64(matrix), 0);
#else
    static_assert(moves_bits && From.count >= 0);
    return v;
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
