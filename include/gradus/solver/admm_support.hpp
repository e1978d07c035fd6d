// SPDX-License-Identifier: MIT
// Which weights to keep, by alternating between the best weights and the largest ones.
#pragma once

#include <gradus/concepts/sparsity.hpp>
#include <gradus/linalg/triangular_solve.hpp>
#include <gradus/solver/cheapest.hpp>
#include <gradus/solver/obs_state.hpp>

#include <cstdint>

namespace gradus {
inline namespace GRADUS_ISA {

/// The penalty of the first iteration, in units of H_jj, and its growth.
inline constexpr double first_penalty = 0.1;
inline constexpr double penalty_growth = 1.3;

/// Chooses a support. In units of s_j = sqrt(H_jj), with H = S C S damped, w the weights before:
///
///     y <- the least of (w - y) C (w - y)^T + p |y - d + u|^2 = w + p (d - u - w) (C + p)^-1
///     d <- y + u where that is among the largest, else 0;   u <- y + u - d
///
/// d and u follow from v = y + u, one of them being zero: nothing else is kept. Rows are in panels
/// [n][32].
///
/// Memory: v, rows n values, beside the state's errors, which serve as room; C + p and its factor,
///         n^2 values. Flops: n^3 / 3 + 2 rows n^2 an iteration. (One sweep of coordinate descent
///         in place of the exact y saves n^2 of memory, and leaves 6 % more error after 10.)
/// Source: Boza 2024, arXiv:2401.02938; Meng et al. 2024, arXiv:2406.07831.
template <class T> class admm_support {
  public:
    /// keep of every `group` columns; group 0: the largest `count` of all.
    admm_support(obs_state<T>& s, index_t count, index_t keep, index_t group)
        : s_{s},
          v_{s.weights.rows, s.weights.cols},
          lower_(s.weights.cols * s.weights.cols),
          count_{count},
          keep_{keep},
          group_{group} {
        for (const planned_block& b : s.plan.blocks()) {
            for (index_t j = b.first; group != 0 && j < b.end; ++j) {
                const index_t first = b.first + (j - b.first) / group * group;
                groups_.push_back({first, std::min(first + group, b.end)});
            }
        }
        for (index_t p = 0; p < s.panels(); ++p) {
            for (index_t i = 0; i < s.weights.cols * panel_rows; ++i) {
                v_.strip(p)[i] = weight(p, i / panel_rows, i % panel_rows);
            }
        }
    }

    /// Returns the column where C + p has no factor, if any.
    template <executor E> [[nodiscard]] std::optional<index_t> iterate(double penalty, E& threads) {
        const index_t n = s_.weights.cols;
        const auto p = static_cast<T>(penalty);
        const matrix_view<T> c{lower_.data(), n, n};
        restore_lower<T>(s_.factor, T(1), c, threads);
        for (index_t j = 0; j < n; ++j) {
            c(j, j) += p;
        }
        if (const auto bad = cholesky(c, threads)) { return bad; }
        decide(threads);
        threads.for_each(s_.panels(), [&](index_t panel) {
            T* const room = s_.errors.strip(panel);
            const T* const v = v_.strip(panel);
            for (index_t i = 0; i < n * panel_rows; ++i) {
                const T wanted = stays(panel, i) ? v[i] : -v[i];
                room[i] = p * (wanted - weight(panel, i / panel_rows, i % panel_rows));
            }
        });
        divide_rows<triangle_side::factor>(matrix_view<const T>{c}, s_.errors, threads);
        divide_rows<triangle_side::transposed>(matrix_view<const T>{c}, s_.errors, threads);
        threads.for_each(s_.panels(), [&](index_t panel) {
            const T* const step = s_.errors.strip(panel);
            T* const v = v_.strip(panel);
            for (const planned_block& b : s_.plan.blocks()) {
                for (index_t at = b.first; at < b.end; at += window_columns) {
                    take(panel, at, std::min(b.end, at + window_columns), step, v);
                }
            }
        });
        return std::nullopt;
    }

    /// The weights d on the support, to the state, with their errors.
    template <executor E> void finish(E& threads) {
        decide(threads);
        const index_t n = s_.weights.cols;
        threads.for_each(s_.panels(), [&](index_t panel) {
            const index_t top = panel * panel_rows;
            T* const error = s_.errors.strip(panel);
            const T* const v = v_.strip(panel);
            for (index_t i = 0; i < n * panel_rows; ++i) {
                const index_t j = i / panel_rows;
                const index_t r = i % panel_rows;
                error[i] = T(0);
                if (top + r >= s_.weights.rows) { continue; }
                T& w = s_.weights(top + r, s_.column(j));
                const bool dead = s_.factor.dead[j] != 0;
                const T q = !dead && stays(panel, i) ? v[i] / unit(top + r, j) : T(0);
                error[i] = (dead ? T(0) : w) - q;
                w = q;
            }
        });
    }

    /// kept[row * n + column]: 1 where a weight stays. After `iterate`.
    template <executor E> [[nodiscard]] std::vector<std::uint8_t> kept(E& threads) {
        decide(threads);
        const index_t n = s_.weights.cols;
        std::vector<std::uint8_t> all(s_.weights.rows * n);
        threads.for_each(s_.weights.rows, [&](index_t row) {
            for (index_t j = 0; j < n; ++j) {
                const index_t place = j * panel_rows + row % panel_rows;
                all[row * n + s_.column(j)] = stays(row / panel_rows, place);
            }
        });
        return all;
    }

  private:
    /// s_j, times the root of what the row counts: that scales all of the row's loss.
    [[nodiscard]] T unit(index_t row, index_t j) const {
        return s_.factor.root[j] * std::sqrt(s_.row_weight(row));
    }

    [[nodiscard]] T weight(index_t panel, index_t j, index_t r) const {
        const index_t row = panel * panel_rows + r;
        if (row >= s_.weights.rows || s_.factor.dead[j] != 0) { return T(0); }
        return s_.weights(row, s_.column(j)) * unit(row, j);
    }

    /// Finds the cut; groups need none.
    template <executor E> void decide(E& threads) {
        if (group_ != 0) { return; }
        // Rows beyond the matrix are zero, and go first.
        const std::span<const T> all{v_.strip(0), s_.panels() * panel_rows * s_.weights.cols};
        cut_ = find_cheapest(all, all.size() - count_, bins_, threads,
                             [](T x) { return magnitude(x); });
    }

    /// Element i of a panel.
    [[nodiscard]] bool stays(index_t panel, index_t i) const {
        const T* const v = v_.strip(panel);
        const T own = magnitude(v[i]);
        const index_t n = s_.weights.cols;
        if (group_ == 0) { return !cut_.takes(own, panel * n * panel_rows + i); }
        const index_t j = i / panel_rows;
        index_t larger = 0;
        for (index_t k = groups_[j].first; k < groups_[j].second; ++k) {
            const T other = magnitude(v[k * panel_rows + i % panel_rows]);
            larger += other > own || (other == own && k < j);
        }
        return larger < keep_;
    }

    /// v of columns [first, end), whole groups, once y is known.
    void take(index_t panel, index_t first, index_t end, const T* step, T* v) const {
        T next[window_columns * panel_rows];
        for (index_t i = first * panel_rows; i < end * panel_rows; ++i) {
            const T y = weight(panel, i / panel_rows, i % panel_rows) + step[i];
            next[i - first * panel_rows] = stays(panel, i) ? y : y + v[i];
        }
        std::copy_n(next, (end - first) * panel_rows, v + first * panel_rows);
    }

    obs_state<T>& s_;
    strips<panel_rows, T> v_;
    std::vector<T> lower_;
    cheapest_cut<T> cut_;
    std::vector<index_t> bins_;
    std::vector<std::pair<index_t, index_t>> groups_;  ///< [n] steps of each one's group
    index_t count_;
    index_t keep_;
    index_t group_;
};

/// A support for the sparsity S after some iterations; the state's errors are then of no use.
/// Errors: a penalised Hessian without factor.
template <class T, sparsity S, executor E>
[[nodiscard]] result<admm_support<T>>
find_support(obs_state<T>& s, const S& zeros, int iterations, E& threads) {
    const index_t all = s.weights.rows * s.weights.cols;
    index_t keep = 0;
    index_t group = 0;
    if constexpr (S::choice == zero_choice::columns) {
        keep = S::keep;
        group = S::group;
    }
    admm_support<T> support{s, all - zeros.zeros(all), keep, group};
    double penalty = first_penalty;
    for (int i = 0; i < iterations; ++i) {
        if (const auto bad = support.iterate(penalty, threads)) {
            return error{errc::invalid_argument, "the Hessian of '" + s.factor.name +
                                                     "' has no factor (column " +
                                                     std::to_string(*bad) + "); more damping?"};
        }
        penalty *= penalty_growth;
    }
    return support;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
