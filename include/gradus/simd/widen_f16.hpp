// SPDX-License-Identifier: MIT
// Sixteen f16 to floats.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/simd/batch.hpp>

#include <cstddef>
#include <cstring>

#if GRADUS_HAS_SIMD && defined(__F16C__)
#include <immintrin.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Exact, as `f16::value` (a signalling NaN may come back quiet). `from` need not be aligned.
[[nodiscard]] GRADUS_INLINE f32x16 load_f16(const std::byte* from) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(__F16C__) && defined(__AVX2__)
    const void* const at = from;
#if defined(GRADUS_WIDE_REGISTERS)
    const __m256i halves = _mm256_loadu_si256(static_cast<const __m256i*>(at));
    r.part[0] = native<float>(_mm512_cvtph_ps(halves));
#else
    const auto* const halves = static_cast<const __m128i*>(at);
    r.part[0] = native<float>(_mm256_cvtph_ps(_mm_loadu_si128(halves)));
    r.part[1] = native<float>(_mm256_cvtph_ps(_mm_loadu_si128(halves + 1)));
#endif
#else
    float values[lanes];
    for (index_t i = 0; i < lanes; ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, from + 2 * i, 2);
        values[i] = f16{bits}.value();
    }
    r = f32x16::load(values);
#endif
    return r;
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
