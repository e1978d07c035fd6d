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
    const index_t n = s.weights.cols;
    for (index_t first = 0; first < n; first += wide_columns) {
        begin_wide(s, first, threads);
        const index_t end = std::min(n, first + wide_columns);
        threads.for_each(s.tasks(), [&](index_t task) {
            const index_t stop = std::min(s.panels(), (task + 1) * task_panels);
            for (index_t p = task * task_panels; p < stop; ++p) {
                for (index_t at = first; at < end; at += window_columns) {
                    begin_window(s, p, first, at);
                    fitter.refresh(s, choose, p, first, at);
                    const auto keep = [&](index_t half) { return keep_for(p, at, half); };
                    decide(s, choose, keep, p, first, at, std::min(window_columns, end - at));
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

/// Zeros chosen among all rows, `unit` columns at a time: zeros_for(at, count, zeros so far) many.
template <class T, class Choice, class Fitter, class ZerosFor, executor E>
void sweep_columns(obs_state<T>& s,
                   const Choice& choose,
                   const Fitter& fitter,
                   index_t unit,
                   bool exact,
                   const ZerosFor& zeros_for,
                   E& threads) {
    const index_t n = s.weights.cols;
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
    for (index_t at = 0; at < n; at += unit) {
        const index_t first = at / wide_columns * wide_columns;
        const index_t count = std::min(unit, n - at);
        if (at == first) { begin_wide(s, first, threads); }
        for_panels([&](index_t p) {
            begin_window(s, p, first, at);
            fitter.refresh(s, choose, p, first, at);
            propose_scores(s, choose, p, first, at, count, &scores[p * count * panel_rows]);
        });
        index_t zeros = 0;
        for (const index_t z : s.zeros) {
            zeros += z;
        }
        const std::span<const T> now{scores.data(), s.panels() * count * panel_rows};
        const auto cut = find_cheapest(now, zeros_for(at, count, zeros), bins, threads);
        for_panels([&](index_t p) {
            if (exact || at + count == n) {
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

}  // namespace GRADUS_ISA
}  // namespace gradus
