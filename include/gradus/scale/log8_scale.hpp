// SPDX-License-Identifier: MIT
// Scales in 8 bits: a sign and a logarithm, relative to one 16-bit float a row.
#pragma once

#include <gradus/concepts/scale_format.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/real.hpp>

#include <array>

namespace gradus {

/// 2^(-k / 16), k = 0 ... 127, from the sixteen mantissas: exact powers of two times these.
inline namespace GRADUS_ISA {
inline constexpr std::array<float, 128> sixteenth_octaves = [] {
    constexpr double mantissa[16] = {1.0,
                                     0.95760328069857364694,
                                     0.91700404320467123174,
                                     0.87812608018664974156,
                                     0.84089641525371454303,
                                     0.80524516597462715714,
                                     0.77110541270397041163,
                                     0.73841307296974965571,
                                     0.70710678118654752440,
                                     0.67712777346844636700,
                                     0.64841977732550483296,
                                     0.62092890603674202431,
                                     0.59460355750136053336,
                                     0.56939431737834582684,
                                     0.54525386633262882961,
                                     0.52213689121370692016};
    std::array<float, 128> table{};
    for (index_t k = 0; k < 128; ++k) {
        double power = mantissa[k % 16];
        for (index_t i = 0; i < k / 16; ++i) {
            power *= 0.5;
        }
        table[k] = static_cast<float>(power);
    }
    return table;
}();
}  // namespace GRADUS_ISA

/// 8 bits a scale: the sign in bit 7, k in bits 0-6, and one f16 a row.
///
///     decode = +- row * 2^(-k / 16), k = 0 ... 126;   k = 127 is exactly zero
///
/// The row's word is fixed first, at twice the largest scale expected, so that a search may double
/// a scale; 7.9 octaves lie below it, and smaller scales become the smallest (or zero).
///
/// Error:  relative, at most 2^(1/32) - 1 = 2.2 % in that range. A search over stored scales sees
///         it and picks the step of least loss.
/// Source: this library.
struct log8_scale {
    static constexpr std::string_view name = "log8";
    static constexpr int bits = 8;
    static constexpr int row_bits = 16;
    static constexpr float largest = 65504.0f;
    static constexpr std::uint32_t zero_step = 127;

    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t fit_row(float expected) const noexcept {
        const float base = 2.0f * expected;
        return f16::from(base < 65504.0f ? base : 65504.0f).bits;
    }

    /// The step whose value is nearest to the scale.
    [[nodiscard]] GRADUS_INLINE constexpr std::uint32_t encode(float scale,
                                                               std::uint32_t row) const noexcept {
        const float base = f16{static_cast<std::uint16_t>(row)}.value();
        const float wanted = scale < 0.0f ? -scale : scale;
        const std::uint32_t sign = scale < 0.0f ? 0x80u : 0u;
        if (base == 0.0f || wanted < 0.5f * base * sixteenth_octaves[zero_step - 1]) {
            return zero_step;
        }
        std::uint32_t low = 0;  // the last step at or above the scale, by bisection
        std::uint32_t high = zero_step - 1;
        if (wanted >= base) { return sign; }
        while (low < high) {
            const std::uint32_t middle = (low + high + 1) / 2;
            if (base * sixteenth_octaves[middle] >= wanted) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        const float above = rounded(base * sixteenth_octaves[low]);
        const float below = rounded(base * sixteenth_octaves[low + 1]);
        const bool further = low + 1 < zero_step && above - wanted > wanted - below;
        return sign | (further ? low + 1 : low);
    }

    [[nodiscard]] GRADUS_INLINE constexpr float decode(std::uint32_t word,
                                                       std::uint32_t row) const noexcept {
        const std::uint32_t step = word & 0x7fu;
        if (step == zero_step) { return 0.0f; }
        const float scale = f16{static_cast<std::uint16_t>(row)}.value() * sixteenth_octaves[step];
        return (word & 0x80u) != 0 ? -scale : scale;
    }
};

static_assert(scale_format<log8_scale>);

}  // namespace gradus
