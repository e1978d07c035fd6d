// SPDX-License-Identifier: MIT
// Scales as floats.
#pragma once

#include <gradus/concepts/scale_format.hpp>

#include <bit>

namespace gradus {

/// 32 bits a scale: decode(encode(s)) = s, exactly.
struct f32_scale {
    static constexpr std::string_view name = "f32";
    static constexpr int bits = 32;
    static constexpr int row_bits = 0;
    static constexpr float largest = 0x1.fffffep127f;

    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t fit_row(float) const noexcept { return 0; }

    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t encode(float scale,
                                                               std::uint32_t) const noexcept {
        return std::bit_cast<std::uint32_t>(scale);
    }

    [[nodiscard]] GRADUS_INLINE constexpr float decode(std::uint32_t word,
                                                       std::uint32_t) const noexcept {
        return std::bit_cast<float>(word);
    }
};

static_assert(scale_format<f32_scale>);

}  // namespace gradus
