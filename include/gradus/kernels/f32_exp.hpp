// SPDX-License-Identifier: MIT
// The exponential function on sixteen lanes.
#pragma once

#include <gradus/simd/scale_exponent.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// e^x for x <= 88; e^88 above, 0 below -87 and NaN for NaN.
///
///     e^x = 2^n e^r,   n = round(x / ln 2),   |r| <= ln 2 / 2
///
/// Error:  below 2 ulp (1.2e-7 relative) on [-87, 88].
/// Source: Moshier, Cephes, expf.c: the polynomial and the two-part logarithm.
[[nodiscard]] GRADUS_INLINE f32x16 exponential(const f32x16& x) {
    constexpr float lowest = -87.0f;
    constexpr float highest = 88.0f;
    constexpr float log2_e = 1.44269504088896341f;
    constexpr float ln2_high = 0.693359375f;  // 10 bits: n * ln2_high is exact
    constexpr float ln2_low = -2.12194440e-4f;
    // Adding 1.5 * 2^23 rounds to an integer, ties to even.
    constexpr float round_to_integer = 12582912.0f;

    const f32x16 held = least(greatest(x, lowest), highest);
    const f32x16 n = fused(held, log2_e, round_to_integer) - round_to_integer;
    const f32x16 r = fused(n, -ln2_low, fused(n, -ln2_high, held));
    f32x16 p = 1.9875691500e-4f;
    p = fused(p, r, 1.3981999507e-3f);
    p = fused(p, r, 8.3334519073e-3f);
    p = fused(p, r, 4.1665795894e-2f);
    p = fused(p, r, 1.6666665459e-1f);
    p = fused(p, r, 5.0000001201e-1f);
    p = fused(p, r * r, r) + 1.0f;
    const f32x16 finite = either(x < lowest, f32x16{0.0f}, times_power_of_two(p, n));
    return either(x == x, finite, x);
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
