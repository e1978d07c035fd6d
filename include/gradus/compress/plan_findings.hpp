// SPDX-License-Identifier: MIT
// Plans that are valid and yet suspicious.
#pragma once

#include <gradus/allocation/guard_rails.hpp>
#include <gradus/compress/plan_draft.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bits of a plan that are no data: scales, zero points, row words and codebooks of its runs, and
/// `other_bits`. The places of survivors are data.
[[nodiscard]] inline std::uint64_t metadata_beside_codes(const bit_plan& plan,
                                                         std::uint64_t other_bits) {
    std::uint64_t bits = other_bits;
    for (const matrix_plan& m : plan.matrices) {
        for (index_t r = 0; r < m.runs.size(); ++r) {
            const std::uint64_t codes =
                m.rows * m.runs[r].cols * static_cast<std::uint64_t>(m.widths[r]);
            const std::uint64_t all = run_bits(m.runs[r].layout, m.rows, m.runs[r].cols);
            bits += all - std::min(all, codes);
        }
    }
    return bits;
}

/// `metadata-dominates` of a plan; see the overload for numbers.
[[nodiscard]] inline std::optional<finding> find_heavy_metadata(const bit_plan& plan,
                                                                std::uint64_t other_bits) {
    const std::uint64_t metadata = metadata_beside_codes(plan, other_bits);
    return find_heavy_metadata(metadata, plan.bits - std::min(plan.bits, metadata));
}

namespace planning {

/// The option of a block: that of its first column.
[[nodiscard]] inline std::uint32_t
choice_in(const matrix_losses& m, const matrix_plan& plan, const block& b) {
    index_t end = 0;
    index_t run = 0;
    while (run + 1 < plan.runs.size() && end + plan.runs[run].cols <= b.first) {
        end += plan.runs[run++].cols;
    }
    return static_cast<std::uint32_t>(option_of(m, plan, run));
}

}  // namespace planning

/// `degenerate` of a plan, whose matrices are those of `all`, seen by blocks of `block` columns;
/// their sensitivities are what a weight costs at the least width. See the overload for
/// allocations.
[[nodiscard]] inline std::optional<finding> find_degenerate(std::span<const matrix_losses> all,
                                                            const bit_plan& plan,
                                                            const run_rules& rules,
                                                            index_t block) {
    const auto blocks = planning::cut(all, block);
    const option_list items = planning::options_of(all, blocks, rules, bit_count::stored_bits);
    bit_allocation seen;
    std::vector<double> sensitivities;
    seen.binding = false;
    for (const planning::block& b : blocks) {
        const matrix_losses& m = all[b.matrix];
        seen.choice.push_back(planning::choice_in(m, plan.matrices[b.matrix], b));
        seen.binding = seen.binding || seen.choice.back() + 1 < m.widths.size();
        double loss = 0.0;
        for (index_t c = b.first; c < b.first + b.cols; ++c) {
            loss += m.weight * m.losses[0][c];
        }
        sensitivities.push_back(loss / static_cast<double>(m.rows * b.cols));
    }
    return find_degenerate(items.view(), seen, sensitivities);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
