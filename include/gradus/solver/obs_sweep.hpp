// SPDX-License-Identifier: MIT
// One pass over all columns, for each way of choosing zeros.
#pragma once

#include <gradus/solver/cheapest.hpp>
#include <gradus/solver/fit_grids.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Steps [at, end) of a block whose columns are packed: zeros that every row chooses by itself,
/// keep_for(panel, at, half) being what stays. No thread waits for another.
template <class T, class Choice, class Fitter, class KeepFor, executor E>
void sweep_steps(obs_state<T>& s,
                 const Choice& choose,
                 const Fitter& fitter,
                 const KeepFor& keep_for,
                 const planned_block& block,
                 index_t from,
                 index_t end,
                 E& threads) {
    for_panels(s, threads, [&](index_t top, index_t stop) {
        if (from == block.first) { add_finished(s, block, top, stop); }
        for (index_t p = top; p < stop; ++p) {
            for (index_t at = from; at < end; at += window_columns) {
                const index_t count = std::min(window_columns, end - at);
                begin_window(s, p, block.first, at);
                fitter.refresh(s, choose, p, block.first, at, count);
                const auto keep = [&](index_t half) { return keep_for(p, at, half); };
                decide(s, choose, keep, p, block.first, at, count);
            }
        }
    });
}

/// All columns in this way.
template <class T, class Choice, class Fitter, class KeepFor, executor E>
void sweep_rows(obs_state<T>& s,
                const Choice& choose,
                const Fitter& fitter,
                const KeepFor& keep_for,
                E& threads) {
    for (const planned_block& block : s.plan.blocks()) {
        fitter.refresh_wide(s, choose, block.first, threads);
        pack_wide(s, block, threads);
        sweep_steps(s, choose, fitter, keep_for, block, block.first, block.end, threads);
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
        if (s.top_row(panel) + r < s.weights.rows) { continue; }
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

/// Room for the scores of all rows.
template <class T> struct cut_room {
    std::vector<T> scores = {};
    std::vector<index_t> bins = {};
};

/// Steps [at, at + count) of one block, at most 128: `zeros` of their weights go.
struct planned_cut {
    index_t at = 0;
    index_t count = 0;
    index_t zeros = 0;
    bool exact = false;  ///< those that were the cheapest before the first of them was decided;
                         ///< else, of 16 steps, what is no dearer once it is decided
};

/// Zeros chosen among all rows: all panels wait for each other. Costs change a little while the
/// columns of a cut are decided.
template <class T, class Choice, class Fitter, executor E>
void cut_steps(obs_state<T>& s,
               const Choice& choose,
               const Fitter& fitter,
               cut_room<T>& room,
               const planned_block& block,
               const planned_cut& c,
               E& threads) {
    room.scores.resize(s.panels() * c.count * panel_rows);
    for_panels(s, threads, [&](index_t top, index_t stop) {
        if (c.at == block.first) { add_finished(s, block, top, stop); }
        for (index_t p = top; p < stop; ++p) {
            begin_window(s, p, block.first, c.at);
            fitter.refresh(s, choose, p, block.first, c.at, c.count);
            propose_scores(s, choose, p, block.first, c.at, c.count,
                           &room.scores[p * c.count * panel_rows]);
        }
    });
    const std::span<const T> now{room.scores};
    const auto cut = find_cheapest(now, c.zeros, room.bins, threads);
    for_panels(s, threads, [&](index_t top, index_t stop) {
        for (index_t p = top; p < stop; ++p) {
            if (c.exact) {
                decide_by_cut(s, choose, cut, room.scores, p, block.first, c.at, c.count);
            } else {
                const auto dear = [&](index_t) { return keep_dearer<T>{cut.value}; };
                decide(s, choose, dear, p, block.first, c.at, c.count);
            }
        }
    });
}

/// All columns, `unit` (at most 128) at a time: zeros_for(count) of each. As SparseGPT does.
template <class T, class Choice, class Fitter, class ZerosFor, executor E>
void sweep_cuts(obs_state<T>& s,
                const Choice& choose,
                const Fitter& fitter,
                index_t unit,
                const ZerosFor& zeros_for,
                E& threads) {
    cut_room<T> room;
    for (const planned_block& block : s.plan.blocks()) {
        fitter.refresh_wide(s, choose, block.first, threads);
        pack_wide(s, block, threads);
        for (index_t at = block.first; at < block.end; at += unit) {
            const index_t count = std::min(unit, block.end - at);
            const bool exact =
                !Choice::quantizes || unit != window_columns || at + count == s.weights.cols;
            cut_steps(s, choose, fitter, room, block, {at, count, zeros_for(count), exact},
                      threads);
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
