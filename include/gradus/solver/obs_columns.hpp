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

/// The codes of a window whose columns lie together.
template <class T, class Choice>
void write_codes(const Choice& choose, const obs_window<T>& w, const T (*code)[window_columns]) {
    if (choose.codes.data == nullptr) { return; }
    T rows[window_columns][window_columns];
    simd::transpose_square(code[0], window_columns, rows[0], window_columns);
    for (index_t r = 0; r < window_columns; ++r) {
        code_t* const to = choose.codes.data + (w.row + r) * choose.codes.stride + w.column[0];
        for (index_t j = 0; j < window_columns; ++j) {
            to[j] = static_cast<code_t>(static_cast<int>(rows[r][j]));
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
    T* const top = s.weights.data + w.row * s.weights.stride;
    if (w.whole(rows)) {
        simd::transpose_square(value[0], window_columns, top + w.column[0], s.weights.stride);
        if constexpr (Choice::quantizes) { write_codes(choose, w, code); }
        return;
    }
    for (index_t r = 0; r < rows; ++r) {
        for (index_t j = 0; j < w.count; ++j) {
            top[r * s.weights.stride + w.column[j]] = value[j][r];
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

/// What becomes of a window.
template <class T> struct decided_window {
    T value[window_columns][window_columns];
    T code[window_columns][window_columns];
    simd::vector16<T> loss{T(0)};
    simd::vector16<T> zeros{T(0)};
};

/// Decides column j of a window, and passes its error on.
template <class T, class Choice, class Keep>
GRADUS_INLINE void decide_column(obs_state<T>& s,
                                 const Choice& choose,
                                 Keep& keeps,
                                 index_t panel,
                                 index_t j,
                                 obs_window<T>& w,
                                 decided_window<T>& to) {
    using V = simd::vector16<T>;
    T x[simd::lanes];
    T keep[simd::lanes];
    w.best(j, x);
    choose(w.row, w.column[j], x, to.value[j], to.code[j]);
    keeps(w, choose, j, x, to.value[j], keep);
    // By vectors: g++ makes branches of such loops, and half of them are mispredicted.
    const V q = either(V::load(keep) > V(T(0)), V::load(to.value[j]), V(T(0)));
    q.store(to.value[j]);
    if constexpr (Choice::quantizes) { choose.zero_codes(w.row, w.column[j], keep, to.code[j]); }
    const V lost = V::load(x) - q;
    to.loss = to.loss + lost * lost * V(w.price[j]);
    T* const error = s.errors.strip(panel) + (w.at + j) * panel_rows + w.row % panel_rows;
    (V::load(w.weight[j]) - q).store(error);
    w.pass_on(j, error, w.count);
    to.zeros = to.zeros + either(q == V(T(0)), V(T(1)), V(T(0)));
}

/// A decided window, into the matrices and counts.
template <class T, class Choice>
void finish_window(obs_state<T>& s,
                   const Choice& choose,
                   index_t panel,
                   const obs_window<T>& w,
                   const decided_window<T>& done) {
    T losses[simd::lanes];
    T zero_counts[simd::lanes];
    done.loss.store(losses);
    done.zeros.store(zero_counts);
    for (index_t r = 0; r < std::min(window_columns, s.weights.rows - w.row); ++r) {
        s.row_loss[w.row + r] += static_cast<double>(losses[r]);
        s.zeros[panel] += static_cast<index_t>(zero_counts[r]);
    }
    write_window(s, choose, w, done.value, done.code);
}

/// Decides steps [at, at + count), at most 16, of a panel; keep_for(half) says what stays. The
/// window has begun. Each column waits for the one before, so that the two halves of the panel go
/// side by side.
template <class T, class Choice, class KeepFor>
void decide(obs_state<T>& s,
            const Choice& choose,
            const KeepFor& keep_for,
            index_t panel,
            index_t first,
            index_t at,
            index_t count) {
    const T* const sums = s.sums.strip(panel) + (at - first) * panel_rows;
    const bool both = s.top_row(panel) + window_columns < s.weights.rows;
    obs_window<T> w[2];
    decided_window<T> done[2];
    decltype(keep_for(0)) keeps[2] = {keep_for(0), keep_for(1)};
    for (index_t half = 0; half < (both ? 2 : 1); ++half) {
        w[half].at = at;
        w[half].count = count;
        w[half].load(s, panel, half, first, sums);
    }
    for (index_t j = 0; j < count; ++j) {
        decide_column(s, choose, keeps[0], panel, j, w[0], done[0]);
        if (both) { decide_column(s, choose, keeps[1], panel, j, w[1], done[1]); }
    }
    for (index_t half = 0; half < (both ? 2 : 1); ++half) {
        finish_window(s, choose, panel, w[half], done[half]);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
