// SPDX-License-Identifier: MIT
// Sixteen floats rounded to the nearest f16, still as floats.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/simd/batch.hpp>

#if GRADUS_HAS_SIMD && defined(__F16C__)
#include <immintrin.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// f16::from(x).value() in each lane: ties to even, infinity beyond 65504. A NaN stays one, perhaps
/// with other bits.
[[nodiscard]] GRADUS_INLINE f32x16 rounded_to_f16(const f32x16& x) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    // With a mask of our own: without, g++'s macro of -O0 converts -1 to the mask, and warns.
    constexpr __mmask16 every_lane = 0xffff;
    const __m256i halves =
        _mm512_maskz_cvtps_ph(every_lane, x.part[0], _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    r.part[0] = native<float>(_mm512_cvtph_ps(halves));
#elif GRADUS_HAS_SIMD && defined(__AVX2__) && defined(__F16C__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] =
            native<float>(_mm256_cvtph_ps(_mm256_cvtps_ph(x.part[i], _MM_FROUND_TO_NEAREST_INT)));
    });
#else
    float values[lanes];
    x.store(values);
    for (float& value : values) {
        value = f16::from(value).value();
    }
    r = f32x16::load(values);
#endif
    return r;
}

/// f16::from(x) of each lane, as sixteen words of 16 bits.
GRADUS_INLINE void store_f16(const f32x16& x, std::byte* to) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    constexpr __mmask16 every_lane = 0xffff;
    const __m256i halves =
        _mm512_maskz_cvtps_ph(every_lane, x.part[0], _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    std::memcpy(to, &halves, sizeof halves);
#elif GRADUS_HAS_SIMD && defined(__AVX2__) && defined(__F16C__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        const __m128i halves = _mm256_cvtps_ph(x.part[i], _MM_FROUND_TO_NEAREST_INT);
        std::memcpy(to + 16 * i, &halves, sizeof halves);
    });
#else
    float values[lanes];
    std::uint16_t words[lanes];
    x.store(values);
    for (index_t i = 0; i < lanes; ++i) {
        words[i] = f16::from(values[i]).bits;
    }
    std::memcpy(to, words, sizeof words);
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus
