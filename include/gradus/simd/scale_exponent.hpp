// SPDX-License-Identifier: MIT
// Products with whole powers of two.
#pragma once

#include <gradus/simd/lanes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// x 2^n for whole numbers n in [-126, 127]; where n is NaN or outside, anything.
[[nodiscard]] GRADUS_INLINE f32x16 times_power_of_two(const f32x16& x, const f32x16& n) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    r.part[0] = native<float>(_mm512_scalef_ps(x.part[0], n.part[0]));
#else
    // In 1.5 * 2^23 + n + 127 the low bits are the exponent's; the others are shifted out.
    const f32x16 shifted = n + f32x16(12582912.0f + 127.0f);
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        const auto bits = std::bit_cast<native<std::uint32_t>>(shifted.part[i]);
        r.part[i] = x.part[i] * std::bit_cast<native<float>>(bits << 23);
    });
#endif
    return r;
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
