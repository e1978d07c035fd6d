// SPDX-License-Identifier: MIT
// Widths by rank, with cuts that move until the budget is met.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The item of rank r (0: the smallest score; ties by index) of n gets, of k options, number
///
///     clamp(floor((r k + shift) / n), 0, k - 1)
///
/// A shift of 0 gives each option to one k-th of the items. The rule takes the largest shift that
/// the budget allows, and of the next one as many upgrades as still fit, largest scores first. So
/// it hits a target as closely as one step of one item.
///
/// It knows ranks, not what a bit is worth: on equal sensitivities a mix of 2 to 8 bits has ten
/// times the squared error of equal widths. Prefer budget_allocator where distortions are known.
/// Source: this library; the correction of legacy_quantile.
struct quantile {
    static constexpr std::string_view name = "quantile";

    [[nodiscard]] std::vector<std::uint32_t> levels(std::span<const double> scores,  // [items]
                                                    item_options items,
                                                    std::uint64_t budget) const {
        const auto order = by_rank(scores);
        const auto reach = static_cast<std::int64_t>(scores.size() * items.of(0).size());
        std::int64_t fits = -reach;  // all cheapest
        std::int64_t beyond = reach + 1;
        while (beyond - fits > 1) {
            const std::int64_t middle = fits + (beyond - fits) / 2;
            (cost_of(order, items, middle) <= budget ? fits : beyond) = middle;
        }
        std::uint64_t cost = cost_of(order, items, fits);
        std::vector<std::uint32_t> found(scores.size());
        for (index_t r = scores.size(); r-- > 0;) {
            const std::uint32_t now = level(r, items, fits);
            const std::uint32_t next = level(r, items, fits + 1);
            const auto options = items.of(order[r]);
            const std::uint64_t more = options[next].cost - options[now].cost;
            const bool upgrade = more <= budget - cost;
            found[order[r]] = upgrade ? next : now;
            cost += upgrade ? more : 0;
        }
        return found;
    }

  private:
    static std::vector<index_t> by_rank(std::span<const double> scores) {
        std::vector<index_t> order(scores.size());
        for (index_t i = 0; i < order.size(); ++i) {
            order[i] = i;
        }
        std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
            return scores[a] != scores[b] ? scores[a] < scores[b] : a < b;
        });
        return order;
    }

    static std::uint32_t level(index_t rank, item_options items, std::int64_t shift) {
        const auto count = static_cast<std::int64_t>(items.count());
        const auto options = static_cast<std::int64_t>(items.of(0).size());
        const std::int64_t at = static_cast<std::int64_t>(rank) * options + shift;
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(at / count, 0, options - 1));
    }

    static std::uint64_t
    cost_of(std::span<const index_t> order, item_options items, std::int64_t shift) {
        std::uint64_t cost = 0;
        for (index_t r = 0; r < order.size(); ++r) {
            cost += items.of(order[r])[level(r, items, shift)].cost;
        }
        return cost;
    }
};

static_assert(budgeted_score_rule<quantile>);

}  // namespace GRADUS_ISA
}  // namespace gradus
