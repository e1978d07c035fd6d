// SPDX-License-Identifier: MIT
// The optimum itself, in bounded memory.
#pragma once

#include <gradus/allocation/budget_allocator.hpp>

#include <algorithm>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// The least total distortion within a budget, by dynamic programming over every item that the
/// bound of budget_allocator does not settle.
///
/// Memory: at most `memory` bytes of states, checked; where they do not suffice that is an error,
/// not
///         a worse answer. Few items (a hundred of eight options) or few distinct costs are no
///         problem; many items with costs that hardly repeat can be.
/// Error:  1e-12 of the distortion, relative: sums are rounded.
/// Errors: those of budget_allocator; unsupported where `memory` is too small.
struct exact_allocator {
    static constexpr std::string_view name = "exact";

    std::uint64_t memory = std::uint64_t{1} << 28;  ///< bytes

    [[nodiscard]] result<bit_allocation> allocate(item_options items, std::uint64_t budget) const {
        constexpr std::uint64_t countable = std::numeric_limits<std::uint32_t>::max();
        const budget_allocator search{
            .core_items = std::numeric_limits<index_t>::max(),
            .core_states = std::min(memory / sizeof(option_front::state), countable)};
        auto found = search.allocate(items, budget);
        if (found && found.value().gap() > 0.0) {
            return error{errc::unsupported,
                         "the exact allocator needs more than " + std::to_string(memory) +
                             " bytes for " + std::to_string(items.count()) +
                             " items. Raise its memory, or use the budget allocator?"};
        }
        return found;
    }
};

static_assert(bit_allocator<exact_allocator>);

}  // namespace GRADUS_ISA
}  // namespace gradus
