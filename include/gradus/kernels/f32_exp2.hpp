// SPDX-License-Identifier: MIT
// Powers of two on sixteen lanes, for a softmax.
#pragma once

#include <gradus/simd/lanes.hpp>

#include <bit>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// 2^x for x <= 0; 0 below -126 and NaN for NaN.
///
///     2^x = 2^n 2^r,   n = round(x),   |r| <= 1/2
///
/// Two operations fewer than e^x: the factor log2 e belongs into what is multiplied anyway.
///
/// Error:  below 2 ulp (1.2e-7 relative) on [-126, 0].
/// Source: Moshier, Cephes, exp2f.c: the polynomial.
[[nodiscard]] GRADUS_INLINE f32x16 power_of_two(const f32x16& x) {
    constexpr float lowest = -126.0f;
    // Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
    constexpr float round_to_integer = 12582912.0f;
    constexpr std::uint32_t exponent_bias = 127;
    constexpr std::uint32_t to_exponent = 1u << 23;

    const f32x16 held = greatest(lowest, x);
    const f32x16 shifted = held + round_to_integer;
    const f32x16 r = held - (shifted - round_to_integer);
    f32x16 p = 1.535336188319500e-4f;
    p = fused(p, r, 1.339887440266574e-3f);
    p = fused(p, r, 9.618437357674640e-3f);
    p = fused(p, r, 5.550332471162809e-2f);
    p = fused(p, r, 2.402264791363012e-1f);
    p = fused(p, r, 6.931472028550421e-1f);
    p = fused(p, r, 1.0f);
    f32x16 power;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        const auto bits = std::bit_cast<native<std::uint32_t>>(shifted.part[i]);
        const auto biased = bits + native<std::uint32_t>(exponent_bias);
        power.part[i] = std::bit_cast<native<float>>(biased * native<std::uint32_t>(to_exponent));
    });
    return either(x < lowest, f32x16{0.0f}, p * power);
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
