// SPDX-License-Identifier: MIT
// One price for all zeros of a matrix, steered so that there are as many as asked for.
#pragma once

#include <gradus/solver/zero_pilot.hpp>

#include <numeric>

namespace gradus {
inline namespace GRADUS_ISA {

/// Price and loss belong together: (x - q)^2 U_jj^2 is what a decision adds to the final error, so
/// one price for all columns is the greedy optimum; equal shares make cheap columns keep and dear
/// ones drop (17 % more error at one half).
///
/// A pilot says which price takes which share of the steps that are left; how far it is off, the
/// steps that are done have shown. Rows decide by a price alone, without waiting for each other,
/// as long as whatever comes of it can be made up for later.
template <class T> class zero_price {
  public:
    /// For a part of the pilot's matrix, with `total` zeros of rows * cols: the whole has `share`.
    zero_price(const pilot<T>& tried, index_t rows, index_t cols, index_t total, double share)
        : tried_{tried}, rows_{rows}, cols_{cols}, total_{total} {
        const double own = static_cast<double>(total) / static_cast<double>(rows * cols);
        const bool known = own > 0.0 && own < 1.0 && share > 0.0 && share < 1.0;
        bias_ = known ? own / (1.0 - own) * (1.0 - share) / share : 1.0;
    }

    /// How many steps from `at` on, of `most`, can go at one price, be they all zeros or none:
    /// whole windows, or none at all. `zeros`: those before.
    [[nodiscard]] index_t safe_steps(index_t at, index_t most, index_t zeros) const {
        const index_t left = cols_ - at;
        const index_t due = due_after(zeros);
        if (due == 0 || due >= left * rows_) { return most; }
        const index_t safe = std::min(due / rows_, left - (due + rows_ - 1) / rows_);
        return std::min(most, safe / window_columns * window_columns);
    }

    /// Up to which cost weights go in the steps from `at` on.
    [[nodiscard]] T at(index_t step, index_t zeros) {
        const double left = static_cast<double>((cols_ - step) * rows_);
        const double share = static_cast<double>(due_after(zeros)) / left;
        price_ = std::numeric_limits<T>::infinity();
        if (share <= 0.0) { price_ = -price_; }
        if (share > 0.0 && share < 1.0) {
            const double tried = share / (share + bias() * (1.0 - share));
            price_ = price_of_share(tried_.known_costs(step, cols_), tried);
        }
        return price_;
    }

    /// What came of the last price: `zeros` in steps [from, end).
    void learn(index_t from, index_t end, index_t zeros) {
        const double all = static_cast<double>((end - from) * rows_);
        found_ += static_cast<double>(zeros);
        expected_ += all * cheap_share(from, end);
        seen_ += all;
    }

    /// How many of the next `count` steps' weights to zero by a cut.
    [[nodiscard]] index_t wanted(index_t step, index_t count, index_t zeros) const {
        const index_t due = due_after(zeros);
        const index_t rest = (cols_ - step - count) * rows_;
        const double here = cheap_share(step, step + count) * static_cast<double>(count * rows_);
        const double later =
            rest == 0 ? 0.0 : cheap_share(step + count, cols_) * static_cast<double>(rest);
        const double part = here + later > 0.0 ? here / (here + later) : 0.0;
        const auto planned = static_cast<index_t>(part * static_cast<double>(due) + 0.5);
        return std::min(std::max(planned, due > rest ? due - rest : 0), count * rows_);
    }

    /// Whether too few zeros in the next `count` steps could not be made up for behind them.
    [[nodiscard]] bool is_tight(index_t step, index_t count, index_t zeros) const {
        return due_after(zeros) > (cols_ - step - count) * rows_;
    }

  private:
    [[nodiscard]] index_t due_after(index_t zeros) const {
        return total_ > zeros ? total_ - zeros : 0;
    }

    /// The pilot's share of costs up to the price.
    [[nodiscard]] double cheap_share(index_t from, index_t end) const {
        const std::vector<T> known = tried_.known_costs(from, end);
        const auto cheap = [&](T cost) { return cost <= price_; };
        return static_cast<double>(std::count_if(known.begin(), known.end(), cheap)) /
               static_cast<double>(known.size());
    }

    /// The odds of a zero against what the pilot told.
    [[nodiscard]] double bias() const {
        const double kept = seen_ - found_;
        const double missed = seen_ - expected_;
        const bool known = found_ > 0.0 && kept > 0.0 && expected_ > 0.0 && missed > 0.0;
        return known ? found_ / kept * missed / expected_ : bias_;
    }

    const pilot<T>& tried_;
    index_t rows_;
    index_t cols_;
    index_t total_;
    T price_ = 0;
    double bias_;  ///< before anything is known
    double found_ = 0.0;
    double expected_ = 0.0;
    double seen_ = 0.0;
};

/// Weights of each slice that would go at a price if no other weight moved.
template <class T, executor E>
[[nodiscard]] std::vector<index_t> cheap_weights(const obs_state<T>& s, T price, E& threads) {
    std::vector<T> pivots(s.weights.cols);
    for (index_t j = 0; j < pivots.size(); ++j) {
        pivots[s.column(j)] = s.pivots[j];
    }
    std::vector<index_t> cheap((s.weights.rows + panel_rows - 1) / panel_rows);
    threads.for_each(cheap.size(), [&](index_t p) {
        const index_t end = std::min(s.weights.rows, (p + 1) * panel_rows);
        for (index_t r = p * panel_rows; r < end; ++r) {
            const T* const w = s.weights.data + r * s.weights.stride;
            const T limit = price / s.row_weight(r);
            std::uint32_t count = 0;
            for (index_t j = 0; j < pivots.size(); ++j) {
                const T root = w[j] * pivots[j];
                count += root * root <= limit ? 1u : 0u;
            }
            cheap[p] += count;
        }
    });
    std::vector<index_t> of_slices(s.slices);
    for (index_t p = 0; p < cheap.size(); ++p) {
        of_slices[p % s.slices] += cheap[p];
    }
    return of_slices;
}

/// How many zeros each slice gets of `total`: as many as such a price finds in its rows, and its
/// part of what that is off by.
template <class T, executor E>
[[nodiscard]] std::vector<index_t>
split_zeros(const obs_state<T>& s, T price, index_t total, E& threads) {
    if (s.slices == 1) { return {total}; }
    std::vector<index_t> found = cheap_weights(s, price, threads);
    const index_t sum = std::accumulate(found.begin(), found.end(), index_t{0});
    std::vector<index_t> room(s.slices);  // for what is missing, or for what is too much
    index_t before = 0;
    for (index_t p = 0; p * panel_rows < s.weights.rows; ++p) {
        const index_t rows = std::min(panel_rows, s.weights.rows - p * panel_rows);
        room[p % s.slices] += total > sum ? rows * s.weights.cols : 0;
    }
    for (index_t i = 0; i < s.slices; ++i) {
        room[i] = total > sum ? room[i] - found[i] : found[i];
    }
    const index_t all = std::accumulate(room.begin(), room.end(), index_t{0});
    const index_t off = total > sum ? total - sum : sum - total;
    for (index_t i = 0; i < s.slices && off != 0; ++i) {
        const index_t mine = off * (before + room[i]) / all - off * before / all;
        found[i] = total > sum ? found[i] + mine : found[i] - mine;
        before += room[i];
    }
    return found;
}

/// All columns with `total` zeros at one price; near the end, where a price cannot be relied on,
/// by windows that are cut through all rows.
template <class T, class Choice, class Fitter, executor E>
void sweep_priced(
    obs_state<T>& s, const Choice& choose, const Fitter& fitter, zero_price<T>& price, E& threads) {
    cut_room<T> room;
    for (const planned_block& block : s.plan.blocks()) {
        fitter.refresh_wide(s, choose, block.first, threads);
        pack_wide(s, block, threads);
        for (index_t at = block.first; at < block.end;) {
            const index_t zeros = s.zero_count();
            const index_t steps = price.safe_steps(at, block.end - at, zeros);
            if (steps == 0) {
                const index_t count = std::min(window_columns, block.end - at);
                const index_t wanted = price.wanted(at, count, zeros);
                // What rounds to zero is not counted by the cut: following costs is closer.
                const bool exact = !Choice::quantizes || price.is_tight(at, count, zeros) ||
                                   at + count == s.weights.cols;
                cut_steps(s, choose, fitter, room, block, {at, count, wanted, exact}, threads);
                at += count;
                continue;
            }
            const keep_dearer<T> keep{price.at(at, zeros)};
            sweep_steps(
                s, choose, fitter, [&](index_t, index_t, index_t) { return keep; }, block, at,
                at + steps, threads);
            price.learn(at, at + steps, s.zero_count() - zeros);
            at += steps;
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
