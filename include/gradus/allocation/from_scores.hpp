// SPDX-License-Identifier: MIT
// Rules that start from scores, as allocators.
#pragma once

#include <gradus/allocation/check_options.hpp>

#include <cmath>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Allocates by a rule over `scores`, one an item; distortions are only added up. The options of
/// each item go by ascending cost; where the rule has widths of its own, there is one option for
/// each.
///
/// A rule without a budget ignores it: the cost may be above or far below. Check `cost`, or call by
/// allocate_average, which refuses a missed target. Nothing is known of the optimum: `bound` is the
/// least distortion of each item, at any cost.
/// Errors: what check_options refuses; scores that are not one finite number an item; options of
///         another number or order; where the rule has a budget, one below the cheapest options.
template <class Rule>
    requires(score_rule<Rule> || budgeted_score_rule<Rule>)
struct from_scores {
    static constexpr auto name = Rule::name;

    Rule rule{};
    std::span<const double> scores{};

    [[nodiscard]] result<bit_allocation> allocate(item_options items, std::uint64_t budget) const {
        const auto range = check_options(items);
        if (!range) { return range.error(); }
        if (const status checked = check(items); !checked) { return checked.error(); }
        bit_allocation found;
        if constexpr (score_rule<Rule>) {
            found.choice = rule.levels(scores);
        } else {
            if (budget < range.value().least) {
                return error{errc::invalid_argument,
                             "a budget of " + std::to_string(budget) +
                                 " bits is out of reach (the cheapest options take " +
                                 std::to_string(range.value().least) + ")"};
            }
            found.choice = rule.levels(scores, items, budget);
        }
        for (index_t i = 0; i < items.count(); ++i) {
            found.cost += items.of(i)[found.choice[i]].cost;
            found.distortion += items.of(i)[found.choice[i]].distortion;
            found.bound += best_option(items.of(i)).distortion;
        }
        return found;
    }

  private:
    status check(item_options items) const {
        if (scores.size() != items.count()) {
            return error{errc::invalid_argument, std::to_string(scores.size()) + " scores for " +
                                                     std::to_string(items.count()) + " items"};
        }
        index_t expected = items.of(0).size();
        if constexpr (score_rule<Rule>) { expected = Rule::widths.size(); }
        for (index_t i = 0; i < items.count(); ++i) {
            const auto options = items.of(i);
            if (!std::isfinite(scores[i])) {
                return error{errc::nonfinite, "score " + std::to_string(i) + " is not finite"};
            }
            if (options.size() != expected) {
                return error{errc::invalid_argument, "item " + std::to_string(i) + " has " +
                                                         std::to_string(options.size()) +
                                                         " options (expected " +
                                                         std::to_string(expected) + ")"};
            }
            for (index_t k = 1; k < options.size(); ++k) {
                if (options[k].cost < options[k - 1].cost) {
                    return error{errc::invalid_argument, "the options of item " +
                                                             std::to_string(i) +
                                                             " do not go by ascending cost"};
                }
            }
        }
        return done{};
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
