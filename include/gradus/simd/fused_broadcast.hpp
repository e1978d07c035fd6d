// SPDX-License-Identifier: MIT
// A float in memory times sixteen lanes.
#pragma once

#include <gradus/simd/batch.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// a * b + c, as `fused`, for an `a` that the instruction may broadcast while it reads it.
///
/// Left to themselves, compilers broadcast once for two uses. On Zen 4 that broadcast competes with
/// the conversion of f16: 10.6 cycles instead of 8.0 for eight of these, two loads of f16 and the
/// four broadcasts.
[[nodiscard]] GRADUS_INLINE f32x16 fused_broadcast(const float& a,
                                                   const f32x16& b,
                                                   const f32x16& c) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    __m512 sum = c.part[0];
    const __m512 factor = b.part[0];
    asm("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(factor), "m"(a));
    f32x16 r;
    r.part[0] = native<float>(sum);
    return r;
#else
    return fused(f32x16(a), b, c);
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
