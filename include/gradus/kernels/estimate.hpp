// SPDX-License-Identifier: MIT
// Range estimators at vector speed, with the bits of their definitions.
#pragma once

#include <gradus/kernels/candidate_losses.hpp>
#include <gradus/kernels/lane_fit.hpp>
#include <gradus/kernels/outermost.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/range/any_range.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// minmax::of, sixteen values at a time. Order does not matter to minima and maxima; the sign of a
/// zero end does not reach the file (layout/stored_mapping.hpp).
[[nodiscard]] inline interval extent_of(floats values) {
    simd::f32x16 lo(0.0f);
    simd::f32x16 hi(0.0f);
    index_t i = 0;
    for (; i + simd::lanes <= values.size(); i += simd::lanes) {
        const auto x = simd::f32x16::load(values.data() + i);
        lo = least(lo, x);
        hi = greatest(hi, x);
    }
    const interval rest = minmax::of(values.subspan(i));
    // 0 - x, not -x: the upper end of zeros is +0, which a row word may hold.
    return {least(rest.lo, simd::lowest(lo)),
            greatest(rest.hi, 0.0f - simd::lowest(simd::f32x16(0.0f) - hi))};
}

/// What `range(values, weights, map)` returns.
template <class Range, mapping M>
[[nodiscard]] interval estimate(const Range& range, floats values, floats weights, const M& map) {
    if constexpr (std::is_same_v<Range, any_range>) {
        return std::visit(
            [&](const auto& choice) { return estimate(choice, values, weights, map); },
            range.choice);
    } else if constexpr (std::is_same_v<Range, minmax>) {
        return extent_of(values);
    } else if constexpr (std::is_same_v<Range, percentile>) {
        const auto outer = outer_quantiles(range, values);
        return outer ? *outer : range(values, weights, map);
    } else if constexpr (searching_estimator<Range, M> && vectorizable_mapping<M>) {
        const candidate_losses<M> loss{map, values, weights, range.half_power()};
        if constexpr (requires { range.search_from(interval{}, map, loss, loss); }) {
            return range.search_from(extent_of(values), map, loss, loss);
        } else {
            return range.search(values, map, loss);
        }
    } else {
        return range(values, weights, map);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
