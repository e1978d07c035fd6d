// SPDX-License-Identifier: MIT
// The level tables of the normal mapping, computed by the compiler.
#pragma once

#include <gradus/mapping/lloyd_max.hpp>

#include <array>
#include <string_view>

namespace gradus {

/// Which levels for a normal variable; `normal_quantile` has their formulas.
enum class normal_placement { lloyd, equal_mass, nf };

[[nodiscard]] GRADUS_INLINE constexpr std::string_view
placement_suffix(normal_placement placement) {
    if (placement == normal_placement::equal_mass) { return ":equal_mass"; }
    return placement == normal_placement::nf ? ":nf" : "";
}

inline namespace GRADUS_ISA {

template <int B> constexpr std::array<float, 1 << B> lloyd_levels() {
    constexpr index_t half = index_t{1} << (B - 1);
    constexpr auto positive = lloyd_max::positive_levels<half>();
    std::array<float, 1 << B> levels{};
    for (index_t i = 0; i < half; ++i) {
        levels[half + i] = static_cast<float>(positive[i]);
        levels[half - 1 - i] = -static_cast<float>(positive[i]);
    }
    return levels;
}

template <int B> constexpr std::array<float, 1 << B> equal_mass_levels() {
    std::array<float, 1 << B> levels{};
    constexpr double count = 1 << B;
    for (index_t i = 0; i < levels.size(); ++i) {
        levels[i] = static_cast<float>(normal::quantile((static_cast<double>(i) + 0.5) / count));
    }
    return levels;
}

/// Quantiles of N(0, 1) at equal steps of probability between 1/2 and `offset`: 2^(B-1) positive
/// and 2^(B-1) - 1 negative ones, divided by the outermost, and zero. The offset is the mean of
/// 1 - 1 / (2 * 2^B) and 1 - 1 / (2 * 2^B - 2): .9677083 at 4 bits.
template <int B> constexpr std::array<float, 1 << B> nf_levels() {
    constexpr index_t count = index_t{1} << B;
    constexpr index_t half = count / 2;
    const double offset = 0.5 * ((1.0 - 1.0 / (2.0 * count)) + (1.0 - 1.0 / (2.0 * count - 2.0)));
    const double outermost = normal::quantile(offset);
    std::array<float, count> levels{};
    for (index_t i = 0; i < half; ++i) {  // -1 ... up to zero, which is level half - 1
        const double p = offset + (0.5 - offset) * static_cast<double>(i) / (half - 1.0);
        levels[i] = i == half - 1 ? 0.0f : static_cast<float>(-normal::quantile(p) / outermost);
    }
    for (index_t i = 1; i <= half; ++i) {  // the positive side has one level more
        const double p = 0.5 + (offset - 0.5) * static_cast<double>(i) / half;
        levels[half - 1 + i] =
            i == half ? 1.0f : static_cast<float>(normal::quantile(p) / outermost);
    }
    levels[0] = -1.0f;
    return levels;
}

template <int B, normal_placement Placement>
constexpr std::array<float, 1 << B> make_normal_levels() {
    if constexpr (Placement == normal_placement::lloyd) {
        return lloyd_levels<B>();
    } else if constexpr (Placement == normal_placement::equal_mass) {
        return equal_mass_levels<B>();
    } else {
        return nf_levels<B>();
    }
}

template <int B, normal_placement Placement>
inline constexpr std::array<float, 1 << B> normal_levels = make_normal_levels<B, Placement>();

/// Upper ends of the equal-probability bins; the last is unbounded and never compared.
template <int B>
inline constexpr std::array<float, 1 << B> normal_bins = [] {
    std::array<float, 1 << B> ends{};
    for (index_t i = 0; i + 1 < ends.size(); ++i) {
        ends[i] = static_cast<float>(normal::quantile((static_cast<double>(i) + 1.0) / (1 << B)));
    }
    return ends;
}();

}  // namespace GRADUS_ISA
}  // namespace gradus
