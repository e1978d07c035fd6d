// SPDX-License-Identifier: MIT
// Distortion against bits, for all budgets at once.
#pragma once

#include <gradus/allocation/check_options.hpp>
#include <gradus/allocation/hull_descent.hpp>

namespace gradus {

/// What a total of `cost` bits achieves at best.
struct front_point {
    std::uint64_t cost;
    double distortion;
    double price;  ///< distortion that the last step to here saved a bit; 0 at the first point
};

inline namespace GRADUS_ISA {

/// The corners of the convex front of total distortion over total cost, from the cheapest options
/// to the best ones: one sort serves every budget. At a corner no choice is better, and
/// budget_allocator with that budget reaches it. Between the first and the last, corners closer
/// than `spacing` bits to the one before are left out.
///
/// Cost:   O(n k log(n k)) for n items of k options, and as many points at spacing 0.
/// Errors: what check_options refuses.
[[nodiscard]] inline result<std::vector<front_point>> pareto_front(item_options items,
                                                                   std::uint64_t spacing = 0) {
    const auto range = check_options(items);
    if (!range) { return range.error(); }
    const option_hulls hulls{items};
    const auto segments = sorted_segments(hulls);
    // From the best options backwards: sums of what is lost, where differences would cancel.
    double distortion = 0.0;
    for (index_t i = 0; i < items.count(); ++i) {
        distortion += hulls.corner(i, hulls.of(i).size() - 1).distortion;
    }
    std::vector<front_point> points;
    std::uint64_t cost = range.value().most;
    for (index_t n = segments.size(); n-- > 0;) {
        const bit_option& from = hulls.corner(segments[n].item, segments[n].step);
        const bit_option& to = hulls.corner(segments[n].item, segments[n].step + 1);
        if (points.empty() || points.back().cost - cost >= spacing) {
            points.push_back({cost, distortion, segments[n].slope});
        }
        cost -= to.cost - from.cost;
        distortion += from.distortion - to.distortion;
    }
    points.push_back({cost, distortion, 0.0});
    std::reverse(points.begin(), points.end());
    return points;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
