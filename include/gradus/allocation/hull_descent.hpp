// SPDX-License-Identifier: MIT
// Buying the steps that save most a bit, until the budget is used.
#pragma once

#include <gradus/allocation/option_hulls.hpp>

namespace gradus {

inline namespace GRADUS_ISA {

/// A step along the hull of an item, from corner `step` to the next.
struct hull_segment {
    double slope;  ///< distortion saved a bit
    std::uint32_t item;
    std::uint32_t step;
};

/// Every step of every item, the most saving a bit first; of equal ones that of the first item.
/// An item's own steps stay in order, as slopes never rise along a hull.
[[nodiscard]] inline std::vector<hull_segment> sorted_segments(const option_hulls& hulls) {
    std::vector<hull_segment> segments;
    for (std::uint32_t i = 0; i < hulls.items().count(); ++i) {
        for (std::uint32_t k = 0; k + 1 < hulls.of(i).size(); ++k) {
            segments.push_back({hulls.slope(i, k), i, k});
        }
    }
    std::sort(segments.begin(), segments.end(), [](const hull_segment& a, const hull_segment& b) {
        if (a.slope != b.slope) { return a.slope > b.slope; }
        return a.item != b.item ? a.item < b.item : a.step < b.step;
    });
    return segments;
}

/// Where the descent ended.
struct descent {
    std::vector<std::uint32_t> step;  ///< [items], a corner of each hull
    std::uint64_t cost = 0;
    bool binding = false;  ///< whether a step did not fit
    double price = 0.0;    ///< slope of the first one that did not
};

/// From the cheapest options, takes every step that still fits, in the order of the slopes; a step
/// that does not fit ends its item, not the others. `budget` is at least the cost of the start.
[[nodiscard]] inline descent descend(const option_hulls& hulls, std::uint64_t budget) {
    descent at;
    at.step.assign(hulls.items().count(), 0);
    for (index_t i = 0; i < at.step.size(); ++i) {
        at.cost += hulls.corner(i, 0).cost;
    }
    GRADUS_EXPECT(at.cost <= budget);
    for (const hull_segment& s : sorted_segments(hulls)) {
        if (at.step[s.item] != s.step) { continue; }
        const std::uint64_t more =
            hulls.corner(s.item, s.step + 1).cost - hulls.corner(s.item, s.step).cost;
        if (more <= budget - at.cost) {
            at.cost += more;
            ++at.step[s.item];
        } else if (!at.binding) {
            at.binding = true;
            at.price = s.slope;
        }
    }
    return at;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
