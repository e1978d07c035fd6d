// SPDX-License-Identifier: MIT
// The two least and the two greatest of many values, and the percentile range that they decide.
#pragma once

#include <gradus/range/percentile.hpp>
#include <gradus/simd/lanes.hpp>

#include <limits>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// The two least values seen, in a lane or of all: `first` <= `second`.
template <class Real> struct two_least {
    Real first = std::numeric_limits<float>::infinity();
    Real second = std::numeric_limits<float>::infinity();

    GRADUS_INLINE void see(const Real& x) {
        second = least(second, greatest(first, x));
        first = least(first, x);
    }
};

/// Of finite values; the greatest as the least of their negatives.
struct outermost {
    two_least<float> low;
    two_least<float> high;

    explicit outermost(floats values) {
        two_least<simd::f32x16> lows;
        two_least<simd::f32x16> highs;
        index_t i = 0;
        for (; i + simd::lanes <= values.size(); i += simd::lanes) {
            const auto x = simd::f32x16::load(values.data() + i);
            lows.see(x);
            highs.see(simd::f32x16(0.0f) - x);
        }
        see_lanes(low, lows);
        see_lanes(high, highs);
        for (; i < values.size(); ++i) {
            low.see(values[i]);
            high.see(0.0f - values[i]);
        }
    }

  private:
    static void see_lanes(two_least<float>& all, const two_least<simd::f32x16>& lanes) {
        float first[simd::lanes];
        float second[simd::lanes];
        lanes.first.store(first);
        lanes.second.store(second);
        for (index_t j = 0; j < simd::lanes; ++j) {
            all.see(first[j]);
            all.see(second[j]);
        }
    }
};

/// What `range` gives, where both quantiles lie between the outermost two values: at 99.9 per cent
/// in groups of up to 2000. (The sign of a zero end may differ and does not reach the file.)
[[nodiscard]] inline std::optional<interval> outer_quantiles(const percentile& range,
                                                             floats values) {
    const index_t count = values.size();
    if (count < 2) { return {}; }
    const percentile::place lower = range.lower_place(count);
    const percentile::place upper = range.upper_place(count);
    if (lower.below != 0 || upper.below + 2 < count) { return {}; }
    const outermost ends{values};
    const float lo = lower.between(ends.low.first, ends.low.second);
    const float greatest_value = 0.0f - ends.high.first;
    const float hi = upper.below + 1 >= count
                       ? greatest_value
                       : upper.between(0.0f - ends.high.second, greatest_value);
    return interval{least(lo, 0.0f), greatest(hi, 0.0f)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
