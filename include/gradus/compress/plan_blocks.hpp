// SPDX-License-Identifier: MIT
// Blocks of columns that get one width, and what each option would take of them.
#pragma once

#include <gradus/allocation/option_list.hpp>
#include <gradus/compress/matrix_losses.hpp>

#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// What a plan's average counts.
enum class bit_count { stored_bits, code_bits };

namespace planning {

/// A block of columns of one matrix.
struct block {
    index_t matrix;
    index_t first;
    index_t cols;
};

/// The blocks of all matrices; the last of a matrix or a cluster may be narrower.
[[nodiscard]] inline std::vector<block> cut(std::span<const matrix_losses> all, index_t cols) {
    std::vector<block> blocks;
    for (index_t m = 0; m < all.size(); ++m) {
        for (index_t first = 0; first < all[m].cols;) {
            const index_t count = std::min(cols, all[m].cluster_end(first) - first);
            blocks.push_back({m, first, count});
            first += count;
        }
    }
    return blocks;
}

/// The option that a choice stands for: the first columns of a matrix are never pruned, as a matrix
/// of nothing has no stored form.
[[nodiscard]] inline index_t option_at(const matrix_losses& m, const block& b, index_t choice) {
    return b.first == 0 && m.widths[choice] == 0 ? choice + 1 : choice;
}

/// Columns that share a scale in an option.
[[nodiscard]] inline index_t group_at(const matrix_losses& m, index_t option, index_t otherwise) {
    return m.groups.empty() ? otherwise : m.groups[option];
}

/// Survivors of columns [first, first + cols) at one of the widths, if weights are pruned.
[[nodiscard]] inline std::optional<kept_weights>
kept_of(const matrix_losses& m, index_t option, index_t first, index_t cols) {
    if (m.survivors.empty()) { return std::nullopt; }
    double sum = 0.0;
    for (index_t c = first; c < first + cols; ++c) {
        sum += m.survivors[option][c];
    }
    return kept_weights{static_cast<index_t>(sum + 0.5), m.pattern};
}

/// Bits of scales that a row of a block takes: of whole groups or its share of a longer one, and
/// of the row word; or its share of the cluster's one.
[[nodiscard]] inline std::uint64_t
estimated_scales(const matrix_losses& m, const block& b, index_t group) {
    if (group == whole_cluster) {
        return 16 * b.cols / (m.cluster_end(b.first) - m.cluster_begin(b.first));
    }
    const std::uint64_t scales =
        group > b.cols ? 8 * b.cols / group : 8 * ((b.cols - 1) / group + 1);
    return scales + 16 * b.cols / m.cols;
}

/// Codes or survivors with their places, scales of whole groups, and the block's share of the row
/// words.
[[nodiscard]] inline std::uint64_t estimated_bits(const matrix_losses& m,
                                                  const block& b,
                                                  index_t option,
                                                  const run_rules& rules,
                                                  bit_count what) {
    const auto width = static_cast<std::uint64_t>(m.widths[option]);
    if (width == 0) { return 0; }
    const std::uint64_t weights = m.rows * b.cols;
    std::uint64_t codes = weights * width;
    if (what == bit_count::code_bits) { return codes; }
    if (const auto kept = kept_of(m, option, b.first, b.cols)) {
        codes = std::min(codes, weights + width * kept->survivors);
        if (kept->pattern) { codes = std::min(codes, 3 * weights / 4 + width * weights / 2); }
    }
    return codes + m.rows * estimated_scales(m, b, group_at(m, option, rules.group));
}

[[nodiscard]] inline option_list options_of(std::span<const matrix_losses> all,
                                            std::span<const block> blocks,
                                            const run_rules& rules,
                                            bit_count what) {
    option_list items;
    for (const block& b : blocks) {
        const matrix_losses& m = all[b.matrix];
        std::vector<bit_option> options;
        for (index_t choice = 0; choice < m.widths.size(); ++choice) {
            const index_t w = option_at(m, b, choice);
            double loss = 0.0;
            for (index_t c = b.first; c < b.first + b.cols; ++c) {
                loss += m.losses[w][c];
            }
            options.push_back({estimated_bits(m, b, w, rules, what), m.weight * loss});
        }
        items.add(options);
    }
    return items;
}

}  // namespace planning

}  // namespace GRADUS_ISA
}  // namespace gradus
