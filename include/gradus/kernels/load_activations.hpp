// SPDX-License-Identifier: MIT
// Activations of any type as floats.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/simd/half_lanes.hpp>

#include <bit>
#include <concepts>

namespace gradus {
inline namespace GRADUS_ISA {

/// Element types that activations may have.
template <class X>
concept activation_value = std::same_as<X, float> || std::same_as<X, bf16> || std::same_as<X, f16>;

[[nodiscard]] GRADUS_INLINE float as_float(float x) {
    return x;
}

[[nodiscard]] GRADUS_INLINE float as_float(bf16 x) {
    return x.value();
}

[[nodiscard]] GRADUS_INLINE float as_float(f16 x) {
    return x.value();
}

/// Up to sixteen activations; lanes from `count` on are zero.
template <activation_value X>
[[nodiscard]] GRADUS_INLINE simd::f32x16 load_activations(const X* from, index_t count) {
    if (count >= simd::lanes) {
        if constexpr (std::same_as<X, float>) {
            return simd::f32x16::load(from);
        } else if constexpr (std::same_as<X, bf16>) {
            return simd::load_bf16(static_cast<const std::byte*>(static_cast<const void*>(from)));
        } else {
            return simd::load_f16(static_cast<const std::byte*>(static_cast<const void*>(from)));
        }
    }
    float lanes[simd::lanes] = {};
    for (index_t i = 0; i < count; ++i) {
        lanes[i] = as_float(from[i]);
    }
    return simd::f32x16::load(lanes);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
