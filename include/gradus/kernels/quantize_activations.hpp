// SPDX-License-Identifier: MIT
// Activations to signed bytes, in the order in which a product reads them.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/clipped_magnitude.hpp>
#include <gradus/kernels/segments.hpp>

#include <bit>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// The largest magnitude, or NaN if any value is NaN or infinite.
template <activation_value X>
[[nodiscard]] GRADUS_INLINE float largest_magnitude(const X* x, index_t count) {
    simd::f32x16 most(0.0f);
    simd::f32x16 poison(0.0f);  // stays 0 while all values are finite
    for (index_t i = 0; i < count; i += simd::lanes) {
        const simd::f32x16 v = load_activations(x + i, count - i);
        most = greatest(most, magnitude(v));
        poison = fused(v, 0.0f, poison);
    }
    float lanes[simd::lanes];
    most.store(lanes);
    float found = 0.0f;
    for (const float lane : lanes) {
        found = greatest(found, lane);
    }
    return found + sum(poison);
}

/// What a scheme takes for the largest magnitude of a token or a segment.
template <activation_scheme A, activation_value X>
[[nodiscard]] GRADUS_INLINE float
peak_of([[maybe_unused]] const A& scheme, const X* x, index_t count) {
    const float largest = largest_magnitude(x, count);
    if constexpr (clipping_scheme<A>) {
        const bool finite = magnitude(largest) <= std::numeric_limits<float>::max();
        return finite ? clipped_magnitude(x, count, scheme.clipped_share()) : largest;
    } else if constexpr (requires { A::rounds_to_bf16; }) {
        return bf16::from(largest).value();
    } else {
        return largest;
    }
}

/// Rounded to bf16, ties to even; finite values.
[[nodiscard]] GRADUS_INLINE simd::f32x16 as_bf16(const simd::f32x16& x) {
    const simd::u32x16 bits = simd::to_bits(x);
    const simd::u32x16 odd = (bits >> 16) & simd::u32x16(1u);
    return simd::from_bits((bits + odd + simd::u32x16(0x7fffu)) & simd::u32x16(0xffff0000u));
}

/// Scale, its inverse (0 for values that all become zero) as the integers see them.
struct activation_step {
    float scale;
    float inverse;
};

/// Values so small that their step is not a normal float are taken for zero; NaN stays NaN.
template <activation_scheme A>
[[nodiscard]] GRADUS_INLINE activation_step step_for(const A& scheme, float largest) {
    const float scale = scheme.scale(largest);
    if (!(magnitude(scale) <= std::numeric_limits<float>::max())) {
        return {std::numeric_limits<float>::quiet_NaN(), 0.0f};
    }
    if (scale < std::numeric_limits<float>::min()) { return {0.0f, 0.0f}; }
    return {scale, 1.0f / scale};
}

/// Writes digit d of value i to out[d * digit_stride + i], zeros up to whole quads, and returns the
/// sum of the integers (rounded, where there are three digits).
template <activation_scheme A, activation_value X>
GRADUS_INLINE float
digits_of(const X* x, index_t count, float inverse, std::int8_t* out, index_t digit_stride) {
    // Biased by 128 in every digit, the integer is not negative and its bytes are the digits.
    constexpr float bias = A::digits == 1 ? 128.0f : 8421504.0f;
    simd::f32x16 total(0.0f);
    for (index_t i = 0; i < count; i += simd::lanes) {
        simd::f32x16 v = load_activations(x + i, count - i);
        if constexpr (requires { A::rounds_to_bf16; }) { v = as_bf16(v); }
        const simd::f32x16 scaled =
            inverse == 0.0f ? simd::f32x16(0.0f) : round_even(v * simd::f32x16(inverse));
        const simd::f32x16 q = least(greatest(scaled, -A::most), A::most);
        total = total + q;
        const simd::u32x16 biased = as_code(q + simd::f32x16(bias));
        const index_t kept = std::min((count - i + 3) / 4 * 4, simd::lanes);
        simd::unrolled<A::digits>([&](index_t d) {
            const simd::u32x16 byte =
                ((biased >> static_cast<int>(8 * d)) ^ simd::u32x16(128u)) & simd::u32x16(255u);
            code_t bytes[simd::lanes];
            simd::store_codes(byte, bytes);
            std::memcpy(out + d * digit_stride + i, bytes, kept);
        });
    }
    return sum(total);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
