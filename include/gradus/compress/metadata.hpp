// SPDX-License-Identifier: MIT
// Bits of a plan that are no codes, and what longer groups save of them.
#pragma once

#include <gradus/compress/plan_draft.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Of a whole plan, in bits. Codes are counted densely, whatever is pruned of them.
struct metadata_bits {
    std::uint64_t stored = 0;   ///< scales, row words and padding of the runs as planned
    std::uint64_t regular = 0;  ///< the same if all groups had `group` columns, widths as they are
    std::uint64_t shared_weights = 0;  ///< weights whose row has one scale in their cluster's run

    /// Below 0 where groups cost more than they save.
    [[nodiscard]] double saved() const {
        return static_cast<double>(regular) - static_cast<double>(stored);
    }
};

/// Runs of equal width that are neighbours are one if groups are regular.
[[nodiscard]] inline metadata_bits metadata_of(std::span<const matrix_plan> matrices,
                                               index_t group) {
    metadata_bits found;
    const auto beyond_codes = [](const matrix_plan& m, index_t cols, int width, index_t columns) {
        if (width == 0) { return std::uint64_t{0}; }
        return run_bits(layout_for(width, cols, columns), m.rows, cols) -
               m.rows * cols * static_cast<std::uint64_t>(width);
    };
    for (const matrix_plan& m : matrices) {
        index_t joined = 0;
        for (index_t r = 0; r < m.runs.size(); ++r) {
            const index_t cols = m.runs[r].cols;
            const bool shared = m.groups[r] == whole_cluster;
            found.stored += beyond_codes(m, cols, m.widths[r], shared ? cols : m.groups[r]);
            if (shared) { found.shared_weights += m.rows * cols; }
            joined += cols;
            if (r + 1 < m.runs.size() && m.widths[r + 1] == m.widths[r]) { continue; }
            found.regular += beyond_codes(m, joined, m.widths[r], group);
            joined = 0;
        }
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
