// SPDX-License-Identifier: MIT
// Bits where they save most: a descent along convex hulls, and a search for what is left over.
#pragma once

#include <gradus/allocation/check_options.hpp>
#include <gradus/allocation/core_search.hpp>
#include <gradus/allocation/hull_descent.hpp>

#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Least total distortion within a budget, for items that are columns, blocks, matrices, layers or
/// units of a cache alike.
///
/// The hull steps of all items, taken in the order of distortion saved a bit, are the optimum of
/// the relaxed problem; what one step too many leaves over is filled by dynamic programming over
/// the `core_items` items nearest to being undecided. Options off the hulls count there too.
///
/// Cost:   O(n k log(n k)) for n items of k options, and the core search.
/// Error:  distortion - optimum <= gap(), which is at most one step's saving; 0 where the search
///         proved the optimum (up to 1e-12, relative: sums are rounded).
/// Bits:   never above the budget. Below it by less than the cheapest step of any item that is not
/// at
///         its best option: fine items make an exact fit.
/// Order:  a permutation of the items permutes the choice, unless two steps of different items save
///         exactly the same a bit: then the one of the first item goes first.
/// Errors: what check_options refuses; a budget below the cheapest options (invalid_argument).
/// Source: Everett 1963, Oper. Res. 11, 399 (the price); Shoham, Gersho 1988, IEEE Trans. ASSP 36,
///         1445 (its use for bits); the search as in core_search.
struct budget_allocator {
    static constexpr std::string_view name = "budget";

    index_t core_items = 64;
    index_t core_states = index_t{1} << 18;  ///< 6 MiB

    [[nodiscard]] result<bit_allocation> allocate(item_options items, std::uint64_t budget) const {
        const auto range = check_options(items);
        if (!range) { return range.error(); }
        if (budget < range.value().least) { return out_of_reach(range.value(), budget); }
        const option_hulls hulls{items};
        const descent end = descend(hulls, budget);
        bit_allocation found;
        found.choice.resize(items.count());
        for (index_t i = 0; i < items.count(); ++i) {
            found.choice[i] = hulls.of(i)[end.step[i]];
        }
        found.cost = end.cost;
        found.distortion = total_distortion(items, found.choice);
        found.binding = end.binding;
        found.bound = found.distortion;
        if (!end.binding) { return found; }
        core_search search{items, budget, end.price};
        const double bound =
            found.distortion - duality_gap(items, found.choice, found.cost, budget, end.price);
        const bool optimal = search.improve(found, {core_items, core_states});
        if (!optimal) { take_what_fits(items, budget, found); }
        found.distortion = total_distortion(items, found.choice);
        found.bound = optimal ? found.distortion : least(bound, found.distortion);
        return found;
    }

  private:
    static error out_of_reach(cost_range range, std::uint64_t budget) {
        return {errc::invalid_argument, "a budget of " + std::to_string(budget) +
                                            " bits is out of reach (the items take from " +
                                            std::to_string(range.least) + " to " +
                                            std::to_string(range.most) + " bits)"};
    }

    /// Gives each item in turn the best option that what is left of the budget allows. Once is
    /// enough: what is left only shrinks.
    static void take_what_fits(item_options items, std::uint64_t budget, bit_allocation& at) {
        for (index_t i = 0; i < items.count(); ++i) {
            const auto options = items.of(i);
            const std::uint64_t allowed = budget - at.cost + options[at.choice[i]].cost;
            const std::uint64_t before = options[at.choice[i]].cost;
            for (std::uint32_t k = 0; k < options.size(); ++k) {
                const bit_option& chosen = options[at.choice[i]];
                const bool better =
                    options[k].distortion < chosen.distortion ||
                    (options[k].distortion == chosen.distortion && options[k].cost < chosen.cost);
                if (options[k].cost <= allowed && better) { at.choice[i] = k; }
            }
            at.cost = at.cost - before + options[at.choice[i]].cost;
        }
    }

    static double total_distortion(item_options items, std::span<const std::uint32_t> choice) {
        double total = 0.0;
        for (index_t i = 0; i < items.count(); ++i) {
            total += items.of(i)[choice[i]].distortion;
        }
        return total;
    }
};

static_assert(bit_allocator<budget_allocator>);

}  // namespace GRADUS_ISA
}  // namespace gradus
