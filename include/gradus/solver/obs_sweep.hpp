// SPDX-License-Identifier: MIT
// One pass over all columns, for each way of choosing zeros.
#pragma once

#include <gradus/solver/cheapest.hpp>
#include <gradus/solver/fit_grids.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Zeros that every row chooses by itself: keep_for(panel, at, half) says what stays. No thread
/// waits for another but once in 512 columns.
template <class T, class Choice, class Fitter, class KeepFor, executor E>
void sweep_rows(obs_state<T>& s,
                const Choice& choose,
                const Fitter& fitter,
                const KeepFor& keep_for,
                E& threads) {
    for (const planned_block& block : s.plan.blocks()) {
        const index_t first = block.first;
        const index_t end = block.end;
        fitter.refresh_wide(s, choose, first, threads);
        begin_wide(s, block, threads);
        threads.for_each(s.tasks(), [&](index_t task) {
            const index_t stop = std::min(s.panels(), (task + 1) * task_panels);
            for (index_t p = task * task_panels; p < stop; ++p) {
                for (index_t at = first; at < end; at += window_columns) {
                    const index_t count = std::min(window_columns, end - at);
                    begin_window(s, p, first, at);
                    fitter.refresh(s, choose, p, first, at, count);
                    const auto keep = [&](index_t half) { return keep_for(p, at, half); };
                    decide(s, choose, keep, p, first, at, count);
                }
            }
        });
    }
}

/// The scores of steps [at, at + count), with the rows beyond the matrix out of reach.
template <class T, class Choice>
void propose_scores(obs_state<T>& s,
                    const Choice& choose,
                    index_t panel,
                    index_t first,
                    index_t at,
                    index_t count,
                    T* scores) {
    propose<T>(s, choose, panel, first, at, count, nullptr, scores);
    for (index_t r = 0; r < panel_rows; ++r) {
        if (panel * panel_rows + r < s.weights.rows) { continue; }
        for (index_t j = 0; j < count; ++j) {
            scores[j * panel_rows + r] = std::numeric_limits<T>::infinity();
        }
    }
}

/// Decides steps [at, at + count) of a panel by a cut through the scores of all panels.
template <class T, class Choice>
void decide_by_cut(obs_state<T>& s,
                   const Choice& choose,
                   const cheapest_cut<T>& cut,
                   const std::vector<T>& scores,
                   index_t panel,
                   index_t first,
                   index_t at,
                   index_t count) {
    T keep[block_columns * panel_rows];
    const index_t base = panel * count * panel_rows;
    for (index_t i = 0; i < count * panel_rows; ++i) {
        keep[i] = cut.takes(scores[base + i], base + i) ? T(0) : T(1);
    }
    for (index_t from = 0; from < count; from += window_columns) {
        if (from != 0) { begin_window(s, panel, first, at + from); }
        const auto given = [&](index_t half) {
            return keep_given<T>{keep + from * panel_rows + half * window_columns};
        };
        decide(s, choose, given, panel, first, at + from, std::min(window_columns, count - from));
    }
}

/// Zeros chosen among all rows, up to `unit` columns at a time: zeros_for(window, count, zeros so
/// far) many, `window` being the number of the first. Costs change a little while the columns of a
/// unit are decided; what they are then decides, until there might be more than `total` zeros.
template <class T, class Choice, class Fitter, class ZerosFor, executor E>
void sweep_columns(obs_state<T>& s,
                   const Choice& choose,
                   const Fitter& fitter,
                   index_t unit,
                   index_t total,
                   const ZerosFor& zeros_for,
                   E& threads) {
    std::vector<T> scores(s.panels() * unit * panel_rows);
    std::vector<index_t> bins;
    const auto for_panels = [&](const auto& f) {
        threads.for_each(s.tasks(), [&](index_t task) {
            const index_t stop = std::min(s.panels(), (task + 1) * task_panels);
            for (index_t p = task * task_panels; p < stop; ++p) {
                f(p);
            }
        });
    };
    for (const planned_block& block : s.plan.blocks()) {
        const index_t first = block.first;
        fitter.refresh_wide(s, choose, first, threads);
        begin_wide(s, block, threads);
        for (index_t at = first; at < block.end; at += unit) {
            const index_t count = std::min(unit, block.end - at);
            for_panels([&](index_t p) {
                begin_window(s, p, first, at);
                fitter.refresh(s, choose, p, first, at, count);
                propose_scores(s, choose, p, first, at, count, &scores[p * count * panel_rows]);
            });
            index_t zeros = 0;
            for (const index_t z : s.zeros) {
                zeros += z;
            }
            const std::span<const T> now{scores.data(), s.panels() * count * panel_rows};
            const index_t window = block.window + (at - first) / window_columns;
            const auto cut = find_cheapest(now, zeros_for(window, count, zeros), bins, threads);
            // What rounds to zero is not counted by the cut: there, following costs is closer.
            const bool close = !Choice::quantizes || unit != window_columns;
            const bool exact =
                at + count == s.weights.cols || (close && zeros + count * s.weights.rows > total);
            for_panels([&](index_t p) {
                if (exact) {
                    decide_by_cut(s, choose, cut, scores, p, first, at, count);
                } else {
                    T costs[window_columns * panel_rows];
                    const auto dear = [&](index_t half) {
                        return keep_above<T>{cut.value, costs + half * window_columns};
                    };
                    decide(s, choose, dear, p, first, at, count);
                }
            });
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
