// SPDX-License-Identifier: MIT
// A power of two with one result everywhere: no call into the C library, no fused products.
#pragma once

#include <gradus/core/real.hpp>

#include <bit>

namespace gradus {

/// 2^x for |x| <= 1000, to 1e-15 relative: 2^n times the series of exp(f ln 2), |f| <= 1/2.
[[nodiscard]] GRADUS_INLINE double exp2_exactly(double x) noexcept {
    const double whole = round_even(x);
    const double y = rounded((x - whole) * 0.6931471805599453);  // at most 0.35
    double series = 1.0;
    for (int n = 16; n >= 1; --n) {
        series = rounded(rounded(series * y) / n) + 1.0;
    }
    const auto exponent = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole) + 1023);
    return series * std::bit_cast<double>(exponent << 52);
}

}  // namespace gradus
