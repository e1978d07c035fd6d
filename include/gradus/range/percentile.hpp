// SPDX-License-Identifier: MIT
// A range that leaves out the outermost values.
#pragma once

#include <gradus/concepts/range.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The interval that holds `percent` of the values, with equal shares left out on both sides,
/// widened to contain zero. Quantiles interpolate linearly between order statistics.
///
/// Units:  `percent` in (0, 100].
/// Error:  values outside are clamped; small groups have few values to leave out (64 at 99.9 % lose
///         a fraction of the outermost gap).
struct percentile {
    static constexpr std::string_view name = "percentile";
    static constexpr bool weighs = false;  ///< importances make no difference

    float percent = 99.9f;

    [[nodiscard]] GRADUS_INLINE bool valid() const noexcept {
        return percent > 0.0f && percent <= 100.0f;
    }

    /// Where a quantile lies among ordered values: between number `below` and the next.
    struct place {
        index_t below;
        float fraction;

        [[nodiscard]] GRADUS_INLINE float between(float low, float high) const {
            return low + rounded(fraction * (high - low));
        }
    };

    /// The quantile that leaves out a share of tail() of `count` values on one side.
    [[nodiscard]] GRADUS_INLINE place lower_place(index_t count) const {
        return place_of(tail(), count);
    }

    [[nodiscard]] GRADUS_INLINE place upper_place(index_t count) const {
        return place_of(1.0 - tail(), count);
    }

    template <mapping M> [[nodiscard]] interval operator()(floats values, floats, const M&) const {
        if (values.empty()) { return {0.0f, 0.0f}; }
        std::vector<float> ordered(values.begin(), values.end());
        const float lo = value_at(ordered, lower_place(values.size()));
        const float hi = value_at(ordered, upper_place(values.size()));
        return {least(lo, 0.0f), greatest(hi, 0.0f)};
    }

  private:
    [[nodiscard]] GRADUS_INLINE double tail() const {
        return (100.0 - static_cast<double>(percent)) / 200.0;
    }

    [[nodiscard]] GRADUS_INLINE static place place_of(double share, index_t count) {
        const double position = rounded(share * static_cast<double>(count - 1));
        const auto below = static_cast<index_t>(position);
        return {below, static_cast<float>(position - static_cast<double>(below))};
    }

    [[nodiscard]] static float value_at(std::vector<float>& values, const place& where) {
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(where.below);
        std::nth_element(values.begin(), at, values.end());
        const float low = *at;
        if (where.below + 1 >= values.size()) { return low; }
        return where.between(low, *std::min_element(at + 1, values.end()));
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
