// SPDX-License-Identifier: MIT
// A cube root with one result everywhere: the C library's may differ from one version to the next.
#pragma once

#include <gradus/core/real.hpp>

#include <bit>

namespace gradus {

/// x^(1/3) for x >= 0, to 1e-15 relative. A third of the exponent bits starts Newton's iteration,
/// y <- y - (y - x / y^2) / 3, which doubles the five correct bits of the start at each step.
[[nodiscard]] GRADUS_INLINE double cube_root(double x) noexcept {
    if (!(x > 0.0)) { return 0.0; }
    double y = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) / 3 + 0x2a9f7893782da1ceu);
    for (int i = 0; i < 5; ++i) {
        y -= (y - x / rounded(y * y)) / 3.0;
    }
    return y;
}

}  // namespace gradus
