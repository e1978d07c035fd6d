// SPDX-License-Identifier: MIT
// Scales as 16-bit floats.
#pragma once

#include <gradus/concepts/scale_format.hpp>
#include <gradus/core/half.hpp>

#include <type_traits>

namespace gradus {

/// 16 bits; `Half` is f16 (relative error 2^-11 from 6e-5 on, magnitudes 6e-8 to 65504) or bf16
/// (2^-8, the range of float).
template <class Half> struct half_scale {
    static constexpr bool brain = std::is_same_v<Half, bf16>;
    static constexpr std::string_view name = brain ? "bf16" : "f16";
    static constexpr int bits = 16;
    static constexpr int row_bits = 0;
    static constexpr float largest = brain ? 0x1.fep127f : 65504.0f;

    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t fit_row(float) const noexcept { return 0; }

    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t encode(float scale,
                                                               std::uint32_t) const noexcept {
        return Half::from(scale).bits;
    }

    [[nodiscard]] GRADUS_INLINE constexpr float decode(std::uint32_t word,
                                                       std::uint32_t) const noexcept {
        return Half{static_cast<std::uint16_t>(word)}.value();
    }
};

using f16_scale = half_scale<f16>;
using bf16_scale = half_scale<bf16>;

static_assert(scale_format<f16_scale> && scale_format<bf16_scale>);

}  // namespace gradus
