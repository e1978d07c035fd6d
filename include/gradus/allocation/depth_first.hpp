// SPDX-License-Identifier: MIT
// Legacy: all that the budget has for one item before the next one gets any.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// From the cheapest options, raises the item with the largest score (ties: the first) until it has
/// its dearest or the next one does not fit, then the item after it.
///
/// Legacy: for comparison with results of the research code only. It holds the budget, yet uses
/// next to nothing but the lowest and the highest width, with ten times the squared error of equal
/// widths where the sensitivities are equal. Source: github.com/Tokymin/SparseGPT,
/// sparsegpt_enhanced.py ('budget'). There the average was
///         summed up in floating point; bits are counted here.
struct depth_first {
    static constexpr std::string_view name = "depth_first";

    [[nodiscard]] std::vector<std::uint32_t> levels(std::span<const double> scores,  // [items]
                                                    item_options items,
                                                    std::uint64_t budget) const {
        std::vector<index_t> order(scores.size());
        std::uint64_t cost = 0;
        for (index_t i = 0; i < order.size(); ++i) {
            order[i] = i;
            cost += items.of(i).front().cost;
        }
        std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
            return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
        });
        std::vector<std::uint32_t> found(scores.size(), 0);
        for (const index_t i : order) {
            const auto options = items.of(i);
            while (found[i] + 1 < options.size()) {
                const std::uint64_t more = options[found[i] + 1].cost - options[found[i]].cost;
                if (more > budget - cost) { break; }
                cost += more;
                ++found[i];
            }
        }
        return found;
    }
};

static_assert(budgeted_score_rule<depth_first>);

}  // namespace GRADUS_ISA
}  // namespace gradus
