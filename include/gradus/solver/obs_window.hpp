// SPDX-License-Identifier: MIT
// Sixteen columns of sixteen rows: propose, decide, pass on.
#pragma once

#include <gradus/simd/transpose_values.hpp>
#include <gradus/solver/choices.hpp>
#include <gradus/solver/obs_state.hpp>

#include <cstdint>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// A square of the sweep: `count` columns from step `at` on, rows [row, row + 16).
template <class T> struct obs_window {
    static constexpr index_t side = window_columns;

    index_t row;
    index_t at;
    index_t count;
    T weight[side][side];  ///< [column][row] w; 0 in dead columns and beyond the matrix
    T sum[side][side];     ///< x - w, final once all columns before have passed theirs on
    T factor[side][side];  ///< [from][to] V
    T price[side];         ///< U_jj^2
    index_t column[side];  ///< of the weights
    T share[side];         ///< what errors of a row count
    bool gain = true;      ///< scores: see there

    /// Rows beyond the matrix are zero. `sums`: [count][32], of which this half's lanes.
    void load(const obs_state<T>& s, index_t panel, index_t half, index_t first, const T* sums) {
        row = s.top_row(panel) + half * side;
        gain = s.gain;
        const index_t rows = row < s.weights.rows ? std::min(side, s.weights.rows - row) : 0;
        for (index_t j = 0; j < count; ++j) {
            column[j] = s.column(at + j);
            const T pivot = s.pivots[at + j];
            price[j] = pivot * pivot;
            std::copy_n(sums + j * panel_rows + half * side, side, sum[j]);
            const T* const v = s.influence.strip((at + j - first) / left_width);
            for (index_t k = 0; k < j; ++k) {
                factor[k][j] = v[(at + k) * left_width + (at + j - first) % left_width];
            }
        }
        for (index_t r = 0; r < side; ++r) {
            share[r] = s.row_weight(row + r);
        }
        const T* const top = s.weights.data + row * s.weights.stride;
        if (whole(rows)) {
            simd::transpose_square(top + column[0], s.weights.stride, weight[0], side);
        } else {
            for (index_t j = 0; j < count; ++j) {
                for (index_t r = 0; r < rows; ++r) {
                    weight[j][r] = top[r * s.weights.stride + column[j]];
                }
                std::fill(weight[j] + rows, weight[j] + side, T(0));
            }
        }
        for (index_t j = 0; j < count; ++j) {
            if (s.factor.dead[at + j] != 0) { std::fill_n(weight[j], side, T(0)); }
        }
    }

    /// Whether the square lies together in the weights, `rows` of them being in it.
    [[nodiscard]] bool whole(index_t rows) const {
        bool together = rows >= side && count == side;
        for (index_t j = 1; together && j < side; ++j) {
            together = column[j] == column[0] + j;
        }
        return together;
    }

    /// x of column j, given that all before it have passed on.
    GRADUS_INLINE void best(index_t j, T* x) const {
        using V = simd::vector16<T>;
        (V::load(weight[j]) + V::load(sum[j])).store(x);
    }

    /// The error of column j if it became x itself.
    GRADUS_INLINE void leave(index_t j, T* error) const {
        using V = simd::vector16<T>;
        (V(T(0)) - V::load(sum[j])).store(error);
    }

    /// Column j is off by `error` = w - q: columns (j, end) answer.
    GRADUS_INLINE void pass_on(index_t j, const T* error, index_t end) {
        using V = simd::vector16<T>;
        const V e = V::load(error);
        for (index_t k = j + 1; k < end; ++k) {
            fused(V(factor[j][k]), e, V::load(sum[k])).store(sum[k]);
        }
    }

    /// What zeroing x of column j costs more than making it `value`: (x^2 - (x - q)^2) U_jj^2,
    /// times what the row counts; without `gain`, or where nothing is quantized, x^2 U_jj^2.
    template <class Choice>
    GRADUS_INLINE void score(const Choice&, index_t j, const T* x, const T* value, T* to) const {
        using V = simd::vector16<T>;
        const V v = V::load(x);
        V cost = v * v;
        if (Choice::quantizes && gain) {
            const V rest = v - V::load(value);
            cost = cost - rest * rest;
        }
        cost = cost * V(price[j]) * V::load(share);
        either(cost > V(T(0)), cost, V(T(0))).store(to);
    }

    /// The same for the value that would be chosen.
    template <class Choice>
    GRADUS_INLINE void score(const Choice& choose, index_t j, const T* x, T* to) const {
        T value[side] = {};  // for g++, which does not see when it is used
        T code[side];
        if (Choice::quantizes && gain) { choose(row, column[j], x, value, code); }
        score(choose, j, x, value, to);
    }
};

/// Which rows of a column keep their weight, given x and the value it would get: everywhere all.
struct keep_all {
    template <class T, class Choice>
    GRADUS_INLINE void
    operator()(obs_window<T>&, const Choice&, index_t, const T*, const T*, T* keep) {
        std::fill_n(keep, simd::lanes, T(1));
    }
};

/// As decided before: [column][32] of the panel, this half's lanes.
template <class T> struct keep_given {
    const T* keep_of;

    template <class Choice>
    GRADUS_INLINE void
    operator()(obs_window<T>&, const Choice&, index_t j, const T*, const T*, T* keep) {
        std::copy_n(keep_of + j * panel_rows, simd::lanes, keep);
    }
};

/// As known for the whole matrix: kept[row * cols + column].
struct keep_known {
    const std::uint8_t* kept;
    index_t rows;
    index_t cols;

    template <class T, class Choice>
    GRADUS_INLINE void
    operator()(obs_window<T>& w, const Choice&, index_t j, const T*, const T*, T* keep) const {
        for (index_t r = 0; r < simd::lanes; ++r) {
            const bool there = w.row + r < rows;
            const index_t place = (w.row + r) * cols + w.column[j];
            keep[r] = there && kept[place] != 0 ? T(1) : T(0);
        }
    }
};

/// Whatever costs more than `price`.
template <class T> struct keep_dearer {
    T price;

    template <class Choice>
    GRADUS_INLINE void operator()(
        obs_window<T>& w, const Choice& choose, index_t j, const T* x, const T* value, T* keep) {
        using V = simd::vector16<T>;
        T scores[simd::lanes];
        w.score(choose, j, x, value, scores);
        either(V::load(scores) > V(price), V(T(1)), V(T(0))).store(keep);
    }
};

/// The same; the costs are recorded, those of a column `step` after those of the one before.
template <class T> struct keep_above {
    T price;
    T* record;
    index_t step;

    template <class Choice>
    GRADUS_INLINE void operator()(
        obs_window<T>& w, const Choice& choose, index_t j, const T* x, const T* value, T* keep) {
        using V = simd::vector16<T>;
        T* const scores = record + j * step;
        w.score(choose, j, x, value, scores);
        either(V::load(scores) > V(price), V(T(1)), V(T(0))).store(keep);
    }
};

/// The N dearest of every M columns, by what they are when the first of them is reached. (All six
/// supports of 2:4 tried, codes and all, lost 0.1 to 0.3 % less and took half as long again.)
template <class T, index_t N, index_t M> struct keep_n_of_m {
    T keep_of[M][simd::lanes];

    template <class Choice>
    GRADUS_INLINE void
    operator()(obs_window<T>& w, const Choice& choose, index_t j, const T*, const T*, T* keep) {
        if (j % M == 0) { decide(w, choose, j, std::min(j + M, w.count)); }
        std::copy_n(keep_of[j % M], simd::lanes, keep);
    }

  private:
    template <class Choice>
    void decide(obs_window<T>& w, const Choice& choose, index_t first, index_t end) {
        using V = simd::vector16<T>;
        T scores[M][simd::lanes];
        T saved[M][simd::lanes];
        for (index_t j = first; j < end; ++j) {
            std::copy_n(w.sum[j], simd::lanes, saved[j - first]);
        }
        for (index_t j = first; j < end; ++j) {
            T x[simd::lanes];
            T error[simd::lanes];
            w.best(j, x);
            w.score(choose, j, x, scores[j - first]);
            w.leave(j, error);
            w.pass_on(j, error, end);
        }
        for (index_t j = first; j < end; ++j) {
            std::copy_n(saved[j - first], simd::lanes, w.sum[j]);
            const V own = V::load(scores[j - first]);
            V cheaper(T(0));
            for (index_t k = 0; k < end - first; ++k) {
                const V other = V::load(scores[k]);
                cheaper = cheaper + either(own > other, V(T(1)), V(T(0)));
                if (k < j - first) { cheaper = cheaper + either(own == other, V(T(1)), V(T(0))); }
            }
            const T limit = static_cast<T>(end - first) - static_cast<T>(N) - T(0.5);
            either(cheaper > V(limit), V(T(1)), V(T(0))).store(keep_of[j - first]);
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
