// SPDX-License-Identifier: MIT
// Giving out bits: one option for each item, all of them within a budget.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/contract.hpp>
#include <gradus/core/result.hpp>

#include <span>
#include <vector>

namespace gradus {

/// One way to store an item (a block of columns, a matrix, a unit of a cache).
struct bit_option {
    std::uint64_t cost;  ///< stored bits, with all metadata
    double distortion;   ///< what is lost, at least 0, in a unit that adds up over items
};

/// The options of items 0 ... count() - 1, one item after another; owns nothing.
struct item_options {
    std::span<const bit_option> options;
    std::span<const index_t> first;  ///< [items + 1]; item i has options [first[i], first[i + 1])

    [[nodiscard]] GRADUS_INLINE index_t count() const noexcept {
        return first.empty() ? 0 : first.size() - 1;
    }

    [[nodiscard]] GRADUS_INLINE std::span<const bit_option> of(index_t item) const {
        GRADUS_EXPECT(item < count());
        return {options.data() + first[item], first[item + 1] - first[item]};
    }
};

inline namespace GRADUS_ISA {

/// An option for every item, and how good that is.
struct bit_allocation {
    std::vector<std::uint32_t> choice;  ///< [items], counted within the options of the item
    std::uint64_t cost = 0;             ///< bits
    double distortion = 0.0;
    double bound = 0.0;   ///< no choice within the budget has a smaller distortion
    bool binding = true;  ///< false: every item has its best option, more bits would change nothing

    /// The duality gap: what a better choice could gain at most.
    [[nodiscard]] double gap() const noexcept { return distortion - bound; }
};

}  // namespace GRADUS_ISA

/// `a.allocate(items, budget)`: an option for every item; `budget` in bits. The same items give the
/// same choice, on every machine.
template <class A>
concept bit_allocator = named<A> && requires(const A a, item_options items, std::uint64_t budget) {
    { a.allocate(items, budget) } -> std::same_as<result<bit_allocation>>;
};

/// A rule that turns scores, one an item, into levels: 0 for its first width, and so on. It knows
/// no budget and hits none.
template <class R>
concept score_rule = named<R> && requires(const R r, std::span<const double> scores) {
    { R::widths.size() } -> std::convertible_to<index_t>;
    { r.levels(scores) } -> std::same_as<std::vector<std::uint32_t>>;
};

/// A rule that turns scores into levels within a budget that is at least the cost of all cheapest
/// options. All items have equally many options, by ascending cost; a level is one of them.
template <class R>
concept budgeted_score_rule =
    named<R> &&
    requires(const R r, std::span<const double> scores, item_options items, std::uint64_t budget) {
        { r.levels(scores, items, budget) } -> std::same_as<std::vector<std::uint32_t>>;
    };

}  // namespace gradus
