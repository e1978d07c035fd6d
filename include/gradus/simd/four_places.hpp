// SPDX-License-Identifier: MIT
// Numbers of three bits, each of which names places among four, to bits of places.
#pragma once

#include <gradus/simd/bytes.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Places for two numbers of three bits, the second in the upper halves.
using places_of_pairs = std::array<std::uint8_t, 64>;

/// 64 bits of places from 16 numbers, which take 6 bytes; no other byte is read.
[[nodiscard]] GRADUS_INLINE std::uint64_t places_of_sixteen(const std::byte* numbers,
                                                            const places_of_pairs& table) {
    std::uint64_t word = 0;
    std::memcpy(&word, numbers, 6);
    std::uint64_t places = 0;
    for (int i = 0; i < 8; ++i) {
        places |= std::uint64_t{table[(word >> (6 * i)) & 63u]} << (8 * i);
    }
    return places;
}

/// Six bytes in every eight: where byte i comes from (the last two of eight do not matter).
inline constexpr std::array<std::uint8_t, 64> bytes_of_sixes = [] {
    std::array<std::uint8_t, 64> from{};
    for (unsigned i = 0; i < 64; ++i) {
        from[i] = static_cast<std::uint8_t>(i / 8 * 6 + (i % 8 < 6 ? i % 8 : 0));
    }
    return from;
}();

/// Eight such words from 48 bytes. With VBMI each byte of the result picks its own six bits, and
/// the table is a register.
GRADUS_INLINE void
places_of_units(const std::byte* numbers, const places_of_pairs& table, std::uint64_t* places) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI__)
    constexpr long long shifts = 0x2a241e18120c0600;  // 0, 6, ... 42
    const __m512i words =
        _mm512_permutexvar_epi8(load_bytes(bytes_of_sixes.data()), load_first_bytes(numbers, 48));
    const __m512i pairs = _mm512_multishift_epi64_epi8(_mm512_set1_epi64(shifts), words);
    store_bytes(places, _mm512_permutexvar_epi8(pairs, load_bytes(table.data())));
#else
    for (index_t i = 0; i < 8; ++i) {
        places[i] = places_of_sixteen(numbers + 6 * i, table);
    }
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
