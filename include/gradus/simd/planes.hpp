// SPDX-License-Identifier: MIT
// Full lines of packed codes at vector speed: the bytes of packing/bit_planes.hpp and base3.hpp.
#pragma once

#include <gradus/simd/batch.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Adds the codes of one 64-byte line of a plane of width 1, 2 or 4, moved up by `shift`, to 64 (8
/// / W) bytes at `codes`.
template <int W> GRADUS_INLINE void unpack_line(const std::byte* line, int shift, code_t* codes) {
    constexpr std::uint32_t mask = ((1u << W) - 1u) * 0x01010101u;
    const u32x16 packed = u32x16::load(line);
    for (int q = 0; q < 8 / W; ++q) {
        code_t* to = codes + 64 * q;
        (u32x16::load(to) | (((packed >> (W * q)) & u32x16(mask)) << shift)).store(to);
    }
}

/// The inverse: one line from 64 (8 / W) codes.
template <int W> GRADUS_INLINE void pack_line(const code_t* codes, int shift, std::byte* line) {
    constexpr std::uint32_t mask = ((1u << W) - 1u) * 0x01010101u;
    u32x16 packed(0u);
    for (int q = 0; q < 8 / W; ++q) {
        packed = packed | (((u32x16::load(codes + 64 * q) >> shift) & u32x16(mask)) << (W * q));
    }
    packed.store(line);
}

/// 320 ternary codes from a line of 64 bytes: digit j of every byte at once, in 16-bit fields.
GRADUS_INLINE void unpack_trits(const std::byte* line, code_t* codes) {
    const u32x16 packed = u32x16::load(line);
    const u32x16 low_bytes(0x00ff00ffu);
    const u32x16 even = packed & low_bytes;
    const u32x16 odd = (packed >> 8) & low_bytes;
    std::uint32_t power = 1;
    for (int digit = 0; digit < 5; ++digit, power *= 3) {
        const u32x16 e = (((even * u32x16(power)) & low_bytes) * u32x16(3u) >> 8) & low_bytes;
        const u32x16 o = (((odd * u32x16(power)) & low_bytes) * u32x16(3u) >> 8) & low_bytes;
        (e | (o << 8)).store(codes + 64 * digit);
    }
}

/// The inverse: a line from 320 ternary codes. ceil(256 v / 243) = (256 v + 242) / 243, rounded
/// down, and n / 243 = (n * 69043) >> 24 for n <= 62194: 69043 * 243 exceeds 2^24 by 233, and 233 n
/// stays below 2^24 (n * 69043 below 2^32).
GRADUS_INLINE void pack_trits(const code_t* codes, std::byte* line) {
    u32x16 v = u32x16::load(codes);
    for (int digit = 1; digit < 5; ++digit) {
        v = (v + v + v) + u32x16::load(codes + 64 * digit);  // at most 242 a byte
    }
    u32x16 packed(0u);
    for (int bit = 0; bit < 32; bit += 8) {
        const u32x16 n = (((v >> bit) & u32x16(255u)) << 8) + u32x16(242u);
        packed = packed | (((n * u32x16(69043u)) >> 24) << bit);
    }
    packed.store(line);
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
