// SPDX-License-Identifier: MIT
// The best choice near a given one: only options whose reduced cost is below the gap can improve
// it.
#pragma once

#include <gradus/allocation/option_front.hpp>
#include <gradus/allocation/reduced_costs.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// How far a search may go.
struct core_limits {
    index_t items;   ///< items whose choice may change
    index_t states;  ///< of option_front, 24 bytes each
};

/// Improves a choice by dynamic programming over the items that can matter.
///
/// At a price p, let r(i, k) >= 0 be what option k of item i loses against the item's best option.
/// A choice within the budget has distortion >= L(p) + sum of its r, so one that is better than the
/// present choice uses no option with r >= gap. Items left with a single option are settled; what
/// remains is the core, often a handful of items among millions. States are dropped by the same
/// bound. Source: Pisinger 1995, "A minimal algorithm for the multiple-choice knapsack problem".
class core_search {
  public:
    core_search(item_options items, std::uint64_t budget, double price)
        : items_{items}, budget_{budget}, price_{price} {}

    /// Makes `at` better where it can be. Returns whether the result is proved to be optimal (up to
    /// rounding): the core was within the limits.
    bool improve(bit_allocation& at, core_limits limits) {
        gap_ = duality_gap(items_, at.choice, at.cost, budget_, price_);
        gap_ += 1e-12 * at.distortion;  // what rounding may have taken from it
        find_core(at.choice);
        const bool whole = core_.size() <= limits.items;
        if (!whole) { core_.resize(limits.items); }
        sum_the_rest(at);
        option_front front{limits.states};
        index_t added = 0;
        while (added < core_.size() && add(front, added)) {
            ++added;
        }
        take_best(front, added, at);
        return whole && added == core_.size();
    }

  private:
    struct core_item {
        double second;  ///< the smallest reduced cost of an option that is not chosen
        std::uint32_t item;
        std::uint32_t chosen;
    };

    /// Bits of all items that are not yet in the front.
    struct remainder {
        std::uint64_t least;    ///< with the cheapest allowed options
        std::uint64_t present;  ///< with the present choice
    };

    /// Reduced cost of option `k`, where `most` is the best saving from the chosen option.
    double reduced(std::uint32_t item, std::uint32_t chosen, std::uint32_t k, double most) const {
        const auto options = items_.of(item);
        return most - saving(options[chosen], options[k], price_);
    }

    /// Items with an option that might be better, those with the smallest reduced cost first.
    void find_core(std::span<const std::uint32_t> choice) {
        core_.clear();
        for (std::uint32_t i = 0; i < choice.size(); ++i) {
            const auto options = items_.of(i);
            const double most = best_saving(options, options[choice[i]], price_);
            double second = std::numeric_limits<double>::infinity();
            for (std::uint32_t k = 0; k < options.size(); ++k) {
                if (k != choice[i]) { second = least(second, reduced(i, choice[i], k, most)); }
            }
            if (second <= gap_) { core_.push_back({second, i, choice[i]}); }
        }
        std::sort(core_.begin(), core_.end(), [](const core_item& a, const core_item& b) {
            return a.second != b.second ? a.second < b.second : a.item < b.item;
        });
    }

    std::vector<std::uint32_t> allowed(const core_item& c) const {
        const auto options = items_.of(c.item);
        const double most = best_saving(options, options[c.chosen], price_);
        std::vector<std::uint32_t> found;
        for (std::uint32_t k = 0; k < options.size(); ++k) {
            if (k == c.chosen || reduced(c.item, c.chosen, k, most) <= gap_) { found.push_back(k); }
        }
        return found;
    }

    /// settled_: reduced costs outside the core. rest_[n]: all but the first n items of the core.
    void sum_the_rest(const bit_allocation& at) {
        std::vector<bool> in_core(at.choice.size(), false);
        std::uint64_t cost = at.cost;
        for (const core_item& c : core_) {
            in_core[c.item] = true;
            cost -= items_.of(c.item)[c.chosen].cost;
        }
        settled_ = 0.0;
        for (index_t i = 0; i < at.choice.size(); ++i) {
            const auto options = items_.of(i);
            if (!in_core[i]) { settled_ += best_saving(options, options[at.choice[i]], price_); }
        }
        rest_.assign(core_.size() + 1, {cost, cost});
        for (index_t n = core_.size(); n-- > 0;) {
            const auto options = items_.of(core_[n].item);
            std::uint64_t cheapest = options[core_[n].chosen].cost;
            for (const std::uint32_t k : allowed(core_[n])) {
                cheapest = std::min(cheapest, options[k].cost);
            }
            rest_[n].least = rest_[n + 1].least + cheapest;
            rest_[n].present = rest_[n + 1].present + options[core_[n].chosen].cost;
        }
    }

    bool add(option_front& front, index_t n) {
        const auto options = items_.of(core_[n].item);
        const bit_option& chosen = options[core_[n].chosen];
        // The best the items so far could do at this price, as a number to compare states with.
        ideal_ += chosen.distortion - best_saving(options, chosen, price_);
        ideal_cost_ += chosen.cost;
        const auto worth_keeping = [&](std::uint64_t cost, double distortion) {
            if (rest_[n + 1].least > budget_ - std::min(budget_, cost)) { return false; }
            const double lost =
                (distortion - ideal_) + rounded(price_ * bits_more(cost, ideal_cost_));
            return lost + settled_ <= gap_ + 1e-12 * distortion;
        };
        return front.extend(options, allowed(core_[n]), worth_keeping);
    }

    /// The best state that fits while the items not added keep their choice.
    void take_best(const option_front& front, index_t added, bit_allocation& at) const {
        const auto states = front.states();
        double present = 0.0;
        for (index_t n = 0; n < added; ++n) {
            present += items_.of(core_[n].item)[core_[n].chosen].distortion;
        }
        for (index_t s = states.size(); s-- > 0;) {
            if (states[s].cost > budget_ - std::min(budget_, rest_[added].present)) { continue; }
            if (!(states[s].distortion < present)) { return; }
            const auto options = front.trace(s);
            for (index_t n = 0; n < added; ++n) {
                at.choice[core_[n].item] = options[n];
            }
            at.cost = rest_[added].present + states[s].cost;
            return;
        }
    }

    item_options items_;
    std::uint64_t budget_;
    double price_;
    double gap_ = 0.0;
    std::vector<core_item> core_;
    std::vector<remainder> rest_;
    double settled_ = 0.0;
    double ideal_ = 0.0;
    std::uint64_t ideal_cost_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
