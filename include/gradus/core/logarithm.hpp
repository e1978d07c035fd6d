// SPDX-License-Identifier: MIT
// A logarithm with one result everywhere: no call into the C library, no fused products.
#pragma once

#include <gradus/core/real.hpp>

#include <bit>

namespace gradus {

/// log2(x) for normal x > 0, to 1e-15 relative to max(1, |log2 x|).
/// x = m 2^e with m in [1/sqrt 2, sqrt 2);  ln m = 2 atanh(s), s = (m - 1) / (m + 1), by its
/// series.
[[nodiscard]] GRADUS_INLINE double log2_exactly(double x) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    int exponent = static_cast<int>(bits >> 52) - 1023;
    double m = std::bit_cast<double>((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    const double s = (m - 1.0) / (m + 1.0);
    const double square = rounded(s * s);
    double series = 0.0;
    for (int n = 23; n >= 1; n -= 2) {
        series = rounded(series * square) + 1.0 / n;
    }
    return rounded(rounded(2.8853900817779268 * s) * series) + exponent;
}

}  // namespace gradus
