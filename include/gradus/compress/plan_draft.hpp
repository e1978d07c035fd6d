// SPDX-License-Identifier: MIT
// A plan while it is being made: blocks of columns, a width for each, and what that takes.
#pragma once

#include <gradus/allocation/option_list.hpp>
#include <gradus/allocation/target_average.hpp>
#include <gradus/compress/matrix_losses.hpp>

#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// How a matrix will be stored: its runs of columns, in storage order.
struct matrix_plan {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::vector<run_recipe> runs;
    std::vector<int> widths;  ///< bits of a code, [runs]; 0: pruned
};

struct bit_plan {
    std::vector<matrix_plan> matrices;
    std::uint64_t bits = 0;   ///< stored ones, all metadata and `other_bits` included
    std::uint64_t codes = 0;  ///< of them, those of codes
    double predicted = 0.0;   ///< loss, weighted
    double bound = 0.0;       ///< no plan of these blocks has less, overheads as estimated
};

/// What a plan's average counts.
enum class bit_count { stored_bits, code_bits };

/// What is to be planned for.
struct bit_goal {
    target_average average;  ///< over all weights of the matrices
    bit_count what = bit_count::stored_bits;
    std::uint64_t other_bits = 0;  ///< stored beside the matrices: permutations, scales of inputs
    index_t block = 64;            ///< columns that share a width, at most
    bool exact = true;             ///< false: what the rule gives is taken, on target or not
};

namespace planning {

/// A block of columns of one matrix.
struct block {
    index_t matrix;
    index_t first;
    index_t cols;
};

/// The blocks of all matrices; those of a run's last group may be narrower.
[[nodiscard]] inline std::vector<block> cut(std::span<const matrix_losses> all, index_t cols) {
    std::vector<block> blocks;
    for (index_t m = 0; m < all.size(); ++m) {
        for (index_t first = 0; first < all[m].cols; first += cols) {
            blocks.push_back({m, first, std::min(cols, all[m].cols - first)});
        }
    }
    return blocks;
}

/// The option that a choice stands for: the first columns of a matrix are never pruned, as a matrix
/// of nothing has no stored form.
[[nodiscard]] inline index_t option_at(const matrix_losses& m, const block& b, index_t choice) {
    return b.first == 0 && m.widths[choice] == 0 ? choice + 1 : choice;
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
    const std::uint64_t groups = (b.cols + rules.group - 1) / rules.group;
    return codes + m.rows * (8 * groups + 16 * b.cols / m.cols);
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

/// One matrix as it will be stored, with its share of the plan's sums.
struct part {
    matrix_plan matrix;
    std::uint64_t bits = 0;
    std::uint64_t codes = 0;
    double predicted = 0.0;
};

/// Neighbouring blocks of one width make a run. `blocks` and `choice`: those of one matrix.
[[nodiscard]] inline part part_of(const matrix_losses& from,
                                  std::span<const block> blocks,
                                  std::span<const std::uint32_t> choice,
                                  const run_rules& rules) {
    part made{.matrix = {from.name, from.rows, from.cols, {}, {}}};
    matrix_plan& m = made.matrix;
    std::vector<std::optional<kept_weights>> kept;  // by run
    for (index_t i = 0; i < blocks.size(); ++i) {
        const block& b = blocks[i];
        const index_t option = option_at(from, b, choice[i]);
        const int width = from.widths[option];
        if (m.widths.empty() || m.widths.back() != width) {
            m.runs.push_back({0, {}, rules.range});
            m.widths.push_back(width);
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
        run.layout = layout_for(m.widths[r], run.cols, rules.group);
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
