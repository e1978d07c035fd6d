// SPDX-License-Identifier: MIT
// In which pieces the columns of a matrix are worked through, and when which grids are fitted.
#pragma once

#include <gradus/core/types.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

inline constexpr index_t wide_columns = 512;   ///< corrected together by all columns before
inline constexpr index_t block_columns = 128;  ///< by the finished ones among those
inline constexpr index_t window_columns = 16;  ///< by the finished ones among those in turn

/// When grids are fitted.
enum class grid_time {
    fresh,   ///< a group when its first column is reached, by its weights as they are then
    blocks,  ///< the groups of `grid_block` columns when the first is reached (GPTQ)
    fixed,   ///< all beforehand, by the weights as they were
};

/// Columns [first, first + cols) of the matrix, in groups of `group_cols`.
struct planned_run {
    index_t first = 0;
    index_t cols = 0;
    index_t group_cols = 0;

    [[nodiscard]] index_t end() const { return first + cols; }
};

/// Steps [at, at + count), all of run `run`, which hold its columns [column, column + count) in
/// whatever order: groups that are fitted when step `at` is reached.
struct planned_fit {
    index_t at = 0;
    index_t count = 0;
    index_t run = 0;
    index_t column = 0;  ///< of the run
};

/// At most 512 steps, windows of 16 from `first` on.
struct planned_block {
    index_t first = 0;
    index_t end = 0;
    index_t window = 0;  ///< number of its first window in the whole
};

/// The pieces of a sweep over n steps. No window and no fit of up to 512 steps reaches across two
/// blocks, and fits begin where windows do.
class obs_plan {
  public:
    /// `order`: the column at each step; empty: as they lie. `grid_block`: of `grid_time::blocks`.
    ///
    /// A run's grids are refreshed where its groups are whole windows (or whole parts of them), or
    /// one group is all of it, and each lies together in the order; else they are fixed. Those of
    /// `grid_time::blocks` also where groups are no part of 128 columns.
    obs_plan(std::span<const planned_run> runs,
             std::span<const index_t> order,
             grid_time when,
             index_t grid_block) {
        const index_t n = runs.empty() ? 0 : runs.back().end();
        std::vector<index_t> step(n);
        for (index_t j = 0; j < n; ++j) {
            step[order.empty() ? j : order[j]] = j;
        }
        for (index_t r = 0; when != grid_time::fixed && r < runs.size(); ++r) {
            add_fits(runs[r], r, step, when == grid_time::blocks ? grid_block : 0);
        }
        std::sort(fits_.begin(), fits_.end(),
                  [](const planned_fit& a, const planned_fit& b) { return a.at < b.at; });
        std::vector<index_t> starts;  // of runs, where they lie together
        for (index_t r = 1; order.empty() && r < runs.size(); ++r) {
            starts.push_back(runs[r].first);
        }
        add_blocks(n, starts);
    }

    [[nodiscard]] std::span<const planned_block> blocks() const { return blocks_; }

    /// Those that begin in steps [at, at + count).
    [[nodiscard]] std::span<const planned_fit> fits(index_t at, index_t count) const {
        const auto before = [](const planned_fit& f, index_t s) { return f.at < s; };
        const auto from = std::lower_bound(fits_.begin(), fits_.end(), at, before);
        return {from, std::lower_bound(from, fits_.end(), at + count, before)};
    }

    [[nodiscard]] std::span<const planned_fit> fits() const { return fits_; }

    [[nodiscard]] index_t windows() const {
        if (blocks_.empty()) { return 0; }
        const planned_block& b = blocks_.back();
        return b.window + (b.end - b.first + window_columns - 1) / window_columns;
    }

    /// Steps of each window, in order.
    [[nodiscard]] std::vector<index_t> window_widths() const {
        std::vector<index_t> widths;
        for (const planned_block& b : blocks_) {
            for (index_t at = b.first; at < b.end; at += window_columns) {
                widths.push_back(std::min(window_columns, b.end - at));
            }
        }
        return widths;
    }

  private:
    /// Columns that are fitted together; 0 where that cannot be.
    [[nodiscard]] static index_t fitted_span(const planned_run& run, index_t grid_block) {
        const index_t group = std::min(run.group_cols, run.cols);
        if (grid_block != 0 && block_columns % group != 0) { return 0; }
        const index_t least = grid_block == 0 ? window_columns : grid_block;
        if (group == run.cols || group % least == 0) { return group; }
        return least % group == 0 ? least : 0;
    }

    void add_fits(const planned_run& run,
                  index_t number,
                  const std::vector<index_t>& step,
                  index_t grid_block) {
        const index_t span = fitted_span(run, grid_block);
        const auto known = static_cast<std::ptrdiff_t>(fits_.size());
        for (index_t c = 0; span != 0 && c < run.cols; c += span) {
            const index_t count = std::min(span, run.cols - c);
            const auto from = step.begin() + static_cast<std::ptrdiff_t>(run.first + c);
            const auto [low, high] =
                std::minmax_element(from, from + static_cast<std::ptrdiff_t>(count));
            if (*high - *low != count - 1) {  // scattered: one grid cannot be fresh for all of them
                fits_.erase(fits_.begin() + known, fits_.end());
                return;
            }
            fits_.push_back({*low, count, number, c});
        }
    }

    void close(index_t first, index_t end) {
        while (first < end) {
            const index_t stop = std::min(end, first + wide_columns);
            blocks_.push_back({first, stop, windows()});
            first = stop;
        }
    }

    void add_blocks(index_t n, const std::vector<index_t>& starts) {
        index_t first = 0;
        index_t fit = 0;
        index_t start = 0;
        for (index_t at = 0; at < n;) {
            while (start < starts.size() && starts[start] <= at) {
                ++start;
            }
            const bool fitted = fit < fits_.size() && fits_[fit].at == at;
            index_t count = n - at;
            if (fitted) {
                count = fits_[fit++].count;
            } else {
                if (fit < fits_.size()) { count = std::min(count, fits_[fit].at - at); }
                if (start < starts.size()) { count = std::min(count, starts[start] - at); }
            }
            const bool cut =
                (at - first) % window_columns != 0 || (fitted && at + count - first > wide_columns);
            if (cut) {
                close(first, at);
                first = at;
            }
            at += count;
            if (at - first >= wide_columns) {
                const index_t whole = first + (at - first) / wide_columns * wide_columns;
                close(first, whole);
                first = whole;
            }
        }
        close(first, n);
    }

    std::vector<planned_fit> fits_;
    std::vector<planned_block> blocks_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
