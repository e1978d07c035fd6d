// SPDX-License-Identifier: MIT
// Powers of two on sixteen lanes, for a softmax.
#pragma once

#include <gradus/simd/scale_exponent.hpp>

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
    // Adding 1.5 * 2^23 rounds to an integer, ties to even.
    constexpr float round_to_integer = 12582912.0f;

    const f32x16 n = (x + round_to_integer) - round_to_integer;
    const f32x16 r = x - n;
    f32x16 p = 1.535336188319500e-4f;
    p = fused(p, r, 1.339887440266574e-3f);
    p = fused(p, r, 9.618437357674640e-3f);
    p = fused(p, r, 5.550332471162809e-2f);
    p = fused(p, r, 2.402264791363012e-1f);
    p = fused(p, r, 6.931472028550421e-1f);
    p = fused(p, r, 1.0f);
    return either(x < lowest, f32x16{0.0f}, times_power_of_two(p, n));
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
