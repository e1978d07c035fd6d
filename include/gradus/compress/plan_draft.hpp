// SPDX-License-Identifier: MIT
// A plan while it is being made: a width for each block of columns, and what that takes.
#pragma once

#include <gradus/allocation/target_average.hpp>
#include <gradus/compress/plan_blocks.hpp>

#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// How a matrix will be stored: its runs of columns, in storage order.
struct matrix_plan {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::vector<run_recipe> runs;
    std::vector<int> widths;      ///< bits of a code, [runs]; 0: pruned
    std::vector<index_t> groups;  ///< columns that share a scale, [runs]; see `code_option`
};

struct bit_plan {
    std::vector<matrix_plan> matrices;
    std::uint64_t bits = 0;   ///< stored ones, all metadata and `other_bits` included
    std::uint64_t codes = 0;  ///< of them, those of codes
    double predicted = 0.0;   ///< loss, weighted
    double bound = 0.0;       ///< no plan of these blocks has less, overheads as estimated
};

/// What is to be planned for.
struct bit_goal {
    target_average average;  ///< over all weights of the matrices
    bit_count what = bit_count::stored_bits;
    std::uint64_t other_bits = 0;  ///< stored beside the matrices: permutations, scales of inputs
    index_t block = 64;            ///< columns that share a width, at most
    bool exact = true;             ///< false: what the rule gives is taken, on target or not
};

namespace planning {

/// The option of a matrix that a run of its plan is stored by.
[[nodiscard]] inline index_t
option_of(const matrix_losses& m, const matrix_plan& plan, index_t run) {
    index_t option = 0;
    while (option < m.widths.size() &&
           (m.widths[option] != plan.widths[run] ||
            (!m.groups.empty() && m.groups[option] != plan.groups[run]))) {
        ++option;
    }
    GRADUS_EXPECT(option < m.widths.size());
    return option;
}

/// One matrix as it will be stored, with its share of the plan's sums.
struct part {
    matrix_plan matrix;
    std::uint64_t bits = 0;
    std::uint64_t codes = 0;
    double predicted = 0.0;
};

/// Neighbouring blocks of one width and group make a run, which stays in its cluster where that
/// has a scale of its own. `blocks` and `choice`: those of one matrix.
[[nodiscard]] inline part part_of(const matrix_losses& from,
                                  std::span<const block> blocks,
                                  std::span<const std::uint32_t> choice,
                                  const run_rules& rules) {
    part made{.matrix = {from.name, from.rows, from.cols, {}, {}, {}}};
    matrix_plan& m = made.matrix;
    std::vector<std::optional<kept_weights>> kept;  // by run
    for (index_t i = 0; i < blocks.size(); ++i) {
        const block& b = blocks[i];
        const index_t option = option_at(from, b, choice[i]);
        const int width = from.widths[option];
        const index_t group = group_at(from, option, rules.group);
        const bool apart = group == whole_cluster && from.cluster_begin(b.first) == b.first;
        if (apart || m.widths.empty() || m.widths.back() != width || m.groups.back() != group) {
            m.runs.push_back({0, {}, rules.range});
            m.widths.push_back(width);
            m.groups.push_back(group);
            kept.emplace_back();
        }
        m.runs.back().cols += b.cols;
        if (const auto more = kept_of(from, option, b.first, b.cols)) {
            kept.back() = {(kept.back() ? kept.back()->survivors : 0) + more->survivors,
                           more->pattern};
        }
        for (index_t c = b.first; c < b.first + b.cols; ++c) {
            made.predicted += from.weight * from.losses[option][c];
        }
    }
    for (index_t r = 0; r < m.runs.size(); ++r) {
        run_recipe& run = m.runs[r];
        const index_t group = m.groups[r] == whole_cluster ? run.cols : m.groups[r];
        run.layout = layout_for(m.widths[r], run.cols, group);
        made.bits += run_bits(run.layout, m.rows, run.cols, kept[r]);
        made.codes += m.rows * run.cols * static_cast<std::uint64_t>(m.widths[r]);
    }
    return made;
}

/// All matrices; a choice for every block.
class draft {
  public:
    draft(std::span<const matrix_losses> all, std::span<const block> blocks, const run_rules& rules)
        : all_{all}, blocks_{blocks}, rules_{rules}, firsts_{0} {
        for (index_t i = 0; i < blocks.size(); ++i) {
            if (i + 1 == blocks.size() || blocks[i + 1].matrix != blocks[i].matrix) {
                firsts_.push_back(i + 1);
            }
        }
    }

    void choose(std::span<const std::uint32_t> choice) {
        choice_.assign(choice.begin(), choice.end());
        parts_.clear();
        for (index_t m = 0; m < all_.size(); ++m) {
            parts_.push_back(part_with(m));
        }
    }

    [[nodiscard]] std::span<const std::uint32_t> choice() const { return choice_; }

    [[nodiscard]] bool can_widen(index_t block) const {
        return choice_[block] + 1 < all_[blocks_[block].matrix].widths.size();
    }

    /// What the matrix of a block would be with the next width there.
    [[nodiscard]] part widened(index_t block) {
        ++choice_[block];
        part made = part_with(blocks_[block].matrix);
        --choice_[block];
        return made;
    }

    void widen(index_t block) {
        ++choice_[block];
        parts_[blocks_[block].matrix] = part_with(blocks_[block].matrix);
    }

    [[nodiscard]] const part& of_block(index_t block) const {
        return parts_[blocks_[block].matrix];
    }

    [[nodiscard]] bit_plan plan(std::uint64_t other_bits) const {
        bit_plan all{.matrices = {}, .bits = other_bits};
        for (const part& p : parts_) {
            all.matrices.push_back(p.matrix);
            all.bits += p.bits;
            all.codes += p.codes;
            all.predicted += p.predicted;
        }
        return all;
    }

  private:
    [[nodiscard]] part part_with(index_t m) const {
        const index_t first = firsts_[m];
        const index_t count = firsts_[m + 1] - first;
        return part_of(all_[m], blocks_.subspan(first, count),
                       std::span{choice_}.subspan(first, count), rules_);
    }

    std::span<const matrix_losses> all_;
    std::span<const block> blocks_;
    run_rules rules_;
    std::vector<index_t> firsts_;  // blocks of each matrix
    std::vector<std::uint32_t> choice_;
    std::vector<part> parts_;
};

/// Of a plan or a part.
template <class Plan> [[nodiscard]] std::uint64_t counted_bits(const Plan& plan, bit_count what) {
    return what == bit_count::code_bits ? plan.codes : plan.bits;
}

/// Widens one block after the other, always the one that gains most a bit, while the whole stays
/// within `most` bits.
inline void fill_up(draft& now, index_t blocks, const bit_goal& goal, std::uint64_t most) {
    for (;;) {
        const std::uint64_t used = counted_bits(now.plan(goal.other_bits), goal.what);
        double best_rate = 0.0;
        index_t best = 0;
        for (index_t i = 0; i < blocks; ++i) {
            if (!now.can_widen(i)) { continue; }
            const part tried = now.widened(i);
            const part& old = now.of_block(i);
            const std::uint64_t bits =
                used - counted_bits(old, goal.what) + counted_bits(tried, goal.what);
            const double more = bits > used ? static_cast<double>(bits - used) : 1.0;
            const double rate = (old.predicted - tried.predicted) / more;
            if (bits > most || !(rate > best_rate)) { continue; }
            best_rate = rate;
            best = i;
        }
        if (best_rate == 0.0) { return; }
        now.widen(best);
    }
}

/// Columns of the blocks that a plan's last bits go to.
inline constexpr index_t finest_block = 4;

/// The same choice, filled up by blocks of a few columns, where whole ones are too coarse to meet
/// the target.
[[nodiscard]] inline bit_plan split_last(std::span<const matrix_losses> all,
                                         std::span<const block> blocks,
                                         std::span<const std::uint32_t> choice,
                                         const run_rules& rules,
                                         const bit_goal& goal,
                                         std::uint64_t most) {
    const std::vector<block> fine = cut(all, std::min(finest_block, goal.block));
    std::vector<std::uint32_t> fine_choice;
    index_t coarse = 0;
    for (const block& b : fine) {
        while (blocks[coarse].matrix != b.matrix ||
               blocks[coarse].first + blocks[coarse].cols <= b.first) {
            ++coarse;
        }
        const index_t option = option_at(all[b.matrix], blocks[coarse], choice[coarse]);
        fine_choice.push_back(static_cast<std::uint32_t>(option));
    }
    draft finer{all, fine, rules};
    finer.choose(fine_choice);
    fill_up(finer, fine.size(), goal, most);
    return finer.plan(goal.other_bits);
}

}  // namespace planning

}  // namespace GRADUS_ISA
}  // namespace gradus
