// SPDX-License-Identifier: MIT
// The places of 2:4 from their numbers.
#pragma once

#include <gradus/simd/bytes.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// 16 numbers of three bits, one in each four bits of the result.
[[nodiscard]] GRADUS_INLINE std::uint64_t in_fours(std::uint64_t numbers) {
#if GRADUS_HAS_SIMD && defined(__BMI2__) && defined(__x86_64__)
    return _pdep_u64(numbers, 0x7777777777777777u);
#else
    numbers = (numbers & 0x000000ffffffu) | (numbers & 0xffffff000000u) << 8;
    numbers = (numbers & 0x00000fff00000fffu) | (numbers & 0x00fff00000fff000u) << 4;
    numbers = (numbers & 0x003f003f003f003fu) | (numbers & 0x0fc00fc00fc00fc0u) << 2;
    return (numbers & 0x0707070707070707u) | (numbers & 0x3838383838383838u) << 1;
#endif
}

/// 64 bits of places from 16 numbers 0 ... 5 = 0011, 0101, 0110, 1001, 1010, 1100, which take 6
/// bytes; no other byte is read.
[[nodiscard]] GRADUS_INLINE std::uint64_t places_of_sixteen(const std::byte* numbers) {
    constexpr std::uint64_t lowest = 0x1111111111111111u;
    std::uint32_t low = 0;  // two loads: eight bytes that two stores have written wait for both
    std::uint16_t high = 0;
    std::memcpy(&low, numbers, 4);
    std::memcpy(&high, numbers + 4, 2);
    const std::uint64_t fours = in_fours(low | std::uint64_t{high} << 32);
    const std::uint64_t a = fours & lowest;
    const std::uint64_t b = (fours >> 1) & lowest;
    const std::uint64_t c = (fours >> 2) & lowest;
    const std::uint64_t first = lowest & ~c & (~b | a);
    const std::uint64_t second = lowest & ~a;
    const std::uint64_t last = c | (a & b);
    const std::uint64_t third = first ^ second ^ last;  // two of the four are set
    return first | (second << 1) | (third << 2) | (last << 3);
}

#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI__)
/// Six bytes in every eight: where byte i comes from (the last two of eight do not matter).
inline constexpr std::array<std::uint8_t, 64> bytes_of_sixes = [] {
    std::array<std::uint8_t, 64> from{};
    for (unsigned i = 0; i < 64; ++i) {
        from[i] = static_cast<std::uint8_t>(i / 8 * 6 + (i % 8 < 6 ? i % 8 : 0));
    }
    return from;
}();

/// Places of two numbers, the second in the upper half.
inline constexpr std::array<std::uint8_t, 64> places_of_pairs = [] {
    constexpr unsigned places[8] = {0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100, 0, 0};
    std::array<std::uint8_t, 64> pairs{};
    for (unsigned i = 0; i < 64; ++i) {
        pairs[i] = static_cast<std::uint8_t>(places[i % 8] | places[i / 8] << 4);
    }
    return pairs;
}();
#endif

/// Eight such words from 48 bytes. With VBMI each byte of the result picks its own six bits, and
/// the table of places is a register.
GRADUS_INLINE void places_of_units(const std::byte* numbers, std::uint64_t* places) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI__)
    constexpr long long shifts = 0x2a241e18120c0600;  // 0, 6, ... 42
    const __m512i words =
        _mm512_permutexvar_epi8(load_bytes(bytes_of_sixes.data()), load_first_bytes(numbers, 48));
    const __m512i pairs = _mm512_multishift_epi64_epi8(_mm512_set1_epi64(shifts), words);
    store_bytes(places, _mm512_permutexvar_epi8(pairs, load_bytes(places_of_pairs.data())));
#else
    for (index_t i = 0; i < 8; ++i) {
        places[i] = places_of_sixteen(numbers + 6 * i);
    }
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
