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

    template <mapping M> [[nodiscard]] interval operator()(floats values, floats, const M&) const {
        if (values.empty()) { return {0.0f, 0.0f}; }
        std::vector<float> ordered(values.begin(), values.end());
        const double tail = (100.0 - static_cast<double>(percent)) / 200.0;
        const float lo = quantile(ordered, tail);
        const float hi = quantile(ordered, 1.0 - tail);
        return {least(lo, 0.0f), greatest(hi, 0.0f)};
    }

  private:
    [[nodiscard]] static float quantile(std::vector<float>& values, double share) {
        const double position = rounded(share * static_cast<double>(values.size() - 1));
        const auto below = static_cast<index_t>(position);
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
        std::nth_element(values.begin(), at, values.end());
        const float low = *at;
        if (below + 1 >= values.size()) { return low; }
        const float high = *std::min_element(at + 1, values.end());
        const auto fraction = static_cast<float>(position - static_cast<double>(below));
        return low + rounded(fraction * (high - low));
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
