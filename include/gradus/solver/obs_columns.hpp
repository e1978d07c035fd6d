// SPDX-License-Identifier: MIT
// A panel of rows moves on by a few columns: first in thought, then for good.
#pragma once

#include <gradus/solver/obs_window.hpp>

#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// What steps [at, at + count) of a panel would be if nothing in them were lost: x [count][32] and,
/// by `choose`, scores [count][32] (null: not wanted). All of one block, whose window at `at` has
/// begun. Their errors are scratch.
template <class T, class Choice>
void propose(obs_state<T>& s,
             const Choice& choose,
             index_t panel,
             index_t first,
             index_t at,
             index_t count,
             T* values,
             T* scores) {
    T here[window_columns * panel_rows];
    const index_t begun = block_of(first, at);
    for (index_t from = 0; from < count; from += window_columns) {
        const index_t width = std::min(window_columns, count - from);
        const index_t inner = at + from - first;
        const index_t known = block_of(first, at + from) == begun ? begun : first;
        std::copy_n(s.sums.strip(panel) + inner * panel_rows, window_columns * panel_rows, here);
        if (from != 0) { add_influence(s, panel, inner, width, known, at + from, here); }
        for (index_t half = 0; half < 2; ++half) {
            const index_t lane = half * window_columns;
            obs_window<T> w;
            w.at = at + from;
            w.count = width;
            w.load(s, panel, half, first, here);
            for (index_t j = 0; j < width; ++j) {
                const index_t place = (from + j) * panel_rows + lane;
                T x[simd::lanes];
                T* const error = s.errors.strip(panel) + (w.at + j) * panel_rows + lane;
                w.best(j, x);
                if (values != nullptr) { std::copy_n(x, simd::lanes, values + place); }
                if (scores != nullptr) { w.score(choose, j, x, scores + place); }
                w.leave(j, error);
                w.pass_on(j, error, width);
            }
        }
    }
}

/// Values and codes of a window, into the matrices.
template <class T, class Choice>
void write_window(obs_state<T>& s,
                  const Choice& choose,
                  const obs_window<T>& w,
                  const T (*value)[window_columns],
                  const T (*code)[window_columns]) {
    const index_t rows = std::min(window_columns, s.weights.rows - w.row);
    for (index_t r = 0; r < rows; ++r) {
        T* const to = s.weights.data + (w.row + r) * s.weights.stride;
        for (index_t j = 0; j < w.count; ++j) {
            to[w.column[j]] = value[j][r];
        }
    }
    if constexpr (Choice::quantizes) {
        for (index_t r = 0; r < rows && choose.codes.data != nullptr; ++r) {
            code_t* const to = choose.codes.data + (w.row + r) * choose.codes.stride;
            for (index_t j = 0; j < w.count; ++j) {
                to[w.column[j]] = static_cast<code_t>(static_cast<int>(code[j][r]));
            }
        }
    }
}

/// Decides steps [at, at + count), at most 16, of one half of a panel.
template <class T, class Choice, class Keep>
void decide_half(obs_state<T>& s, const Choice& choose, Keep& keeps, obs_window<T>& w) {
    using V = simd::vector16<T>;
    const index_t panel = w.row / panel_rows;
    T value[window_columns][window_columns];
    T code[window_columns][window_columns];
    V loss(T(0));
    V zeros(T(0));
    const index_t rows = std::min(window_columns, s.weights.rows - w.row);
    for (index_t j = 0; j < w.count; ++j) {
        T x[simd::lanes];
        T keep[simd::lanes];
        w.best(j, x);
        choose(w.row, w.column[j], x, value[j], code[j]);
        keeps(w, choose, j, x, value[j], keep);
        // By vectors: g++ makes branches of such loops, and half of them are mispredicted.
        const V q = either(V::load(keep) > V(T(0)), V::load(value[j]), V(T(0)));
        q.store(value[j]);
        if constexpr (Choice::quantizes) { choose.zero_codes(w.row, w.column[j], keep, code[j]); }
        const V lost = V::load(x) - q;
        loss = loss + lost * lost * V(w.price[j]);
        T* const error = s.errors.strip(panel) + (w.at + j) * panel_rows + w.row % panel_rows;
        (V::load(w.weight[j]) - q).store(error);
        w.pass_on(j, error, w.count);
        zeros = zeros + either(q == V(T(0)), V(T(1)), V(T(0)));
    }
    T losses[simd::lanes];
    T zero_counts[simd::lanes];
    loss.store(losses);
    zeros.store(zero_counts);
    for (index_t r = 0; r < rows; ++r) {
        s.row_loss[w.row + r] += static_cast<double>(losses[r]);
        s.zeros[panel] += static_cast<index_t>(zero_counts[r]);
    }
    write_window(s, choose, w, value, code);
}

/// Decides steps [at, at + count), at most 16, of a panel; keep_for(half) says what stays. The
/// window has begun.
template <class T, class Choice, class KeepFor>
void decide(obs_state<T>& s,
            const Choice& choose,
            const KeepFor& keep_for,
            index_t panel,
            index_t first,
            index_t at,
            index_t count) {
    const T* const sums = s.sums.strip(panel) + (at - first) * panel_rows;
    for (index_t half = 0; half < 2; ++half) {
        if (panel * panel_rows + half * window_columns >= s.weights.rows) { break; }
        obs_window<T> w;
        w.at = at;
        w.count = count;
        w.load(s, panel, half, first, sums);
        auto keeps = keep_for(half);
        decide_half(s, choose, keeps, w);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
