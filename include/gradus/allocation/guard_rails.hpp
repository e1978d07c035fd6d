// SPDX-License-Identifier: MIT
// Allocations that are valid and yet suspicious, each with the identifier that reports print.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

struct finding {
    std::string_view id;
    std::string message;
};

/// `degenerate`: of items with three options or more, all have their first or their last one, and
/// both occur; or all have the same while sensitivities vary by more than a factor of 4, which is
/// worth one bit. Not where the budget leaves no choice: `found.binding` is false, or it has all
/// the cheapest.
[[nodiscard]] inline std::optional<finding>
find_degenerate(item_options items,
                const bit_allocation& found,
                std::span<const double> sensitivities) {  // [items], or empty: not known
    bool ends = true;
    bool first = false;
    bool last = false;
    bool equal = true;
    for (index_t i = 0; i < items.count(); ++i) {
        const std::uint32_t choice = found.choice[i];
        const bool at_first = choice == 0;
        const bool at_last = choice + 1 == items.of(i).size();
        ends = ends && items.of(i).size() >= 3 && (at_first || at_last);
        first = first || at_first;
        last = last || at_last;
        equal = equal && choice == found.choice[0];
    }
    if (ends && first && last) {
        return finding{"degenerate", "only the lowest and the highest widths are used"};
    }
    if (!equal || sensitivities.size() < 2 || !found.binding || found.choice[0] == 0) { return {}; }
    const auto [least, most] = std::minmax_element(sensitivities.begin(), sensitivities.end());
    if (!(*most > 4.0 * *least)) { return {}; }
    return finding{"degenerate",
                   "all items have the same width although their sensitivities vary by "
                   "more than a factor of 4"};
}

/// `metadata-dominates`: scales, zeros, permutations and tables take more than a quarter of the
/// bits of the codes.
[[nodiscard]] inline std::optional<finding> find_heavy_metadata(std::uint64_t metadata_bits,
                                                                std::uint64_t code_bits) {
    if (metadata_bits <= code_bits / 4) { return {}; }
    return finding{"metadata-dominates",
                   std::to_string(metadata_bits) + " bits of metadata for " +
                       std::to_string(code_bits) +
                       " bits of codes (more than a quarter). Larger groups?"};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
