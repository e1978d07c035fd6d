// SPDX-License-Identifier: MIT
// 16-bit floats as storage: exact conversion from and to float, the same on every machine.
#pragma once

#include <gradus/core/types.hpp>

#include <bit>

namespace gradus {

/// IEEE 754 binary16: 1 sign, 5 exponent, 10 mantissa bits. Largest finite value 65504.
struct f16 {
    std::uint16_t bits;

    /// Round to nearest, ties to even; overflow gives infinity, NaN stays NaN.
    [[nodiscard]] GRADUS_INLINE static constexpr f16 from(float value) noexcept {
        const auto x = std::bit_cast<std::uint32_t>(value);
        const auto sign = static_cast<std::uint16_t>((x >> 16) & 0x8000u);
        const std::uint32_t magnitude = x & 0x7fffffffu;
        if (magnitude > 0x7f800000u) { return {static_cast<std::uint16_t>(sign | 0x7e00u)}; }
        if (magnitude >= 0x477ff000u) { return {static_cast<std::uint16_t>(sign | 0x7c00u)}; }
        if (magnitude < 0x33000001u) { return {sign}; }  // at most half the smallest subnormal
        const std::uint32_t exponent = magnitude >> 23;
        if (exponent >= 113) {  // normal: drop 13 mantissa bits
            const std::uint32_t kept = magnitude - (112u << 23);
            const std::uint32_t rounded = kept + 0x0fffu + ((kept >> 13) & 1u);
            return {static_cast<std::uint16_t>(sign | (rounded >> 13))};
        }
        const std::uint32_t mantissa = (magnitude & 0x007fffffu) | 0x00800000u;
        const std::uint32_t shift = 126 - exponent;  // 14 to 24
        const std::uint32_t half = 1u << (shift - 1);
        const std::uint32_t rounded = mantissa + (half - 1) + ((mantissa >> shift) & 1u);
        return {static_cast<std::uint16_t>(sign | (rounded >> shift))};
    }

    [[nodiscard]] GRADUS_INLINE constexpr float value() const noexcept {
        const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
        const std::uint32_t exponent = (bits >> 10) & 0x1fu;
        const std::uint32_t mantissa = bits & 0x3ffu;
        if (exponent == 0x1f) {
            return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
        }
        if (exponent != 0) {
            return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
        }
        const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;  // exact
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
    }
};

/// The upper half of a float: 1 sign, 8 exponent, 7 mantissa bits.
struct bf16 {
    std::uint16_t bits;

    /// Round to nearest, ties to even; NaN stays NaN.
    [[nodiscard]] GRADUS_INLINE static constexpr bf16 from(float value) noexcept {
        const auto x = std::bit_cast<std::uint32_t>(value);
        if ((x & 0x7fffffffu) > 0x7f800000u) {
            return {static_cast<std::uint16_t>((x >> 16) | 0x40u)};
        }
        return {static_cast<std::uint16_t>((x + 0x7fffu + ((x >> 16) & 1u)) >> 16)};
    }

    [[nodiscard]] GRADUS_INLINE constexpr float value() const noexcept {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
    }
};

}  // namespace gradus
