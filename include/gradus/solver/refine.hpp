// SPDX-License-Identifier: MIT
// Sweeps over finished columns: each code becomes the best one, given all the others.
#pragma once

#include <gradus/solver/obs_state.hpp>
#include <gradus/solver/rescale.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Sixteen columns of sixteen rows while they are refined.
template <class T> struct refined_square {
    static constexpr index_t side = window_columns;

    index_t panel;
    index_t row;
    index_t at;
    index_t count;
    T value[side][side];  ///< [column][row] q
    T code[side][side];
    T sum[side][side];     ///< sum of e_i V_ij over all other columns i
    T factor[side][side];  ///< [from][to] V

    void load(const obs_state<T>& s, matrix_view<const code_t> codes, index_t first) {
        const index_t rows = std::min(side, s.weights.rows - row);
        for (index_t j = 0; j < count; ++j) {
            const T* const v = s.influence.strip((at + j - first) / left_width);
            for (index_t k = 0; k < count; ++k) {
                factor[k][j] = v[(at + k) * left_width + (at + j - first) % left_width];
            }
            std::fill_n(value[j], side, T(0));
            std::fill_n(code[j], side, T(0));
            for (index_t r = 0; r < rows; ++r) {
                value[j][r] = s.weights(row + r, s.column(at + j));
                if (codes.data != nullptr) {
                    code[j][r] = static_cast<T>(codes(row + r, s.column(at + j)));
                }
            }
        }
    }

    /// Takes what was won from the rows' losses, and counts new zeros.
    void book(obs_state<T>& s, simd::vector16<T> won, simd::vector16<T> zeros) const {
        T gains[side];
        T more[side];
        won.store(gains);
        zeros.store(more);
        for (index_t r = 0; r < side && row + r < s.weights.rows; ++r) {
            s.row_loss[row + r] -= static_cast<double>(gains[r]);
            s.zeros[panel] += static_cast<index_t>(static_cast<std::ptrdiff_t>(more[r]));
        }
    }

    void store(const obs_state<T>& s, matrix_view<code_t> codes) const {
        const index_t rows = std::min(side, s.weights.rows - row);
        for (index_t r = 0; r < rows; ++r) {
            for (index_t j = 0; j < count; ++j) {
                s.weights(row + r, s.column(at + j)) = value[j][r];
                if (codes.data == nullptr) { continue; }
                codes(row + r, s.column(at + j)) =
                    static_cast<code_t>(static_cast<int>(code[j][r]));
            }
        }
    }
};

/// Moves the values of a square, column by column, to what is best for them; zeros stay where
/// `keep_zeros`. The row losses fall by what that wins.
template <class T, class Choice>
void refine_square(obs_state<T>& s, const Choice& choose, bool keep_zeros, refined_square<T>& w) {
    using V = simd::vector16<T>;
    V won(T(0));
    V zeros(T(0));
    for (index_t j = 0; j < w.count; ++j) {
        const index_t step = w.at + j;
        if (s.factor.dead[step] != 0) { continue; }
        T* const error = s.errors.strip(w.panel) + step * panel_rows + w.row % panel_rows;
        T best[simd::lanes];
        T value[simd::lanes];
        T code[simd::lanes] = {};
        const V old = V::load(w.value[j]);
        const V e = V::load(error);
        const V x = old + e + V::load(w.sum[j]);
        x.store(best);
        choose(w.row, s.column(step), best, value, code);
        const V q = V::load(value);
        const V before = x - old;
        const V after = x - q;
        V gain = before * before - after * after;
        if (keep_zeros) { gain = either(old == V(T(0)), V(T(0)), gain); }
        const auto better = gain > V(T(0));
        const V now = either(better, q, old);
        const V moved = old - now;
        now.store(w.value[j]);
        either(better, V::load(code), V::load(w.code[j])).store(w.code[j]);
        (e + moved).store(error);
        won = won + either(better, gain, V(T(0))) * V(s.factor.stiffness(step));
        zeros = zeros + either(now == V(T(0)), V(T(1)), V(T(0))) -
                either(old == V(T(0)), V(T(1)), V(T(0)));
        for (index_t k = j + 1; k < w.count; ++k) {
            fused(V(w.factor[j][k]), moved, V::load(w.sum[k])).store(w.sum[k]);
        }
    }
    w.book(s, won, zeros);
}

/// One sweep of coordinate descent. With e = w - q and H damped, the best value of a weight, all
/// others as they are, is
///
///     x_j = w_j + sum_{i != j} e_i V_ij,   V_ij = H_ij / H_jj,
///
/// and q_j becomes the nearest value of its grid; x itself where nothing is quantized. Columns go
/// in the order of the first sweep. Where groups are known to lie together, their scales are fitted
/// first, by least squares under H.
///
/// Loss:   never rises; what it falls by is taken from the row losses.
/// Flops:  2 rows n^2, nearly all in products. Memory: none beside the state's.
/// Source: Behdin et al. 2023, arXiv:2309.01885 (coordinate descent on codes).
template <class T, class Choice, executor E>
void refine_sweep(obs_state<T>& s, const Choice& choose, bool keep_zeros, E& threads) {
    for (const planned_block& block : s.plan.blocks()) {
        begin_refined(s, block, threads);
        for_panels(s, threads, [&](index_t top, index_t stop) {
            for (index_t p = top; p < stop; ++p) {
                for (index_t at = block.first; at < block.end; at += window_columns) {
                    const index_t count = std::min(window_columns, block.end - at);
                    rescale_groups(s, choose, p, block, at);
                    T sums[window_columns * panel_rows];
                    gather_sums(s, p, block, at, count, sums);
                    for (index_t half = 0; half < 2; ++half) {
                        refined_square<T> w;
                        w.panel = p;
                        w.row = s.top_row(p) + half * window_columns;
                        if (w.row >= s.weights.rows) { break; }
                        w.at = at;
                        w.count = count;
                        w.load(s, codes_of(choose), block.first);
                        for (index_t j = 0; j < count; ++j) {
                            std::copy_n(sums + j * panel_rows + half * window_columns,
                                        window_columns, w.sum[j]);
                        }
                        refine_square(s, choose, keep_zeros, w);
                        w.store(s, codes_of(choose));
                    }
                }
            }
        });
    }
}

/// Row losses e H e^T from the errors as they are. Flops: as one sweep.
template <class T, executor E> void measure_losses(obs_state<T>& s, E& threads) {
    std::fill(s.row_loss.begin(), s.row_loss.end(), 0.0);
    for (const planned_block& block : s.plan.blocks()) {
        begin_refined(s, block, threads);
        threads.for_each(s.panels(), [&](index_t p) {
            for (index_t at = block.first; at < block.end; at += window_columns) {
                const index_t count = std::min(window_columns, block.end - at);
                T sums[window_columns * panel_rows];
                gather_sums(s, p, block, at, count, sums);
                const T* const errors = s.errors.strip(p) + at * panel_rows;
                for (index_t i = 0; i < count * panel_rows; ++i) {
                    const index_t row = s.top_row(p) + i % panel_rows;
                    if (row >= s.weights.rows) { continue; }
                    const auto e = static_cast<double>(errors[i]);
                    const auto h = static_cast<double>(s.factor.stiffness(at + i / panel_rows));
                    s.row_loss[row] += h * e * (e + static_cast<double>(sums[i]));
                }
            }
        });
    }
}

/// The weights of the state, which are zero where pruned: losses and zeros of them.
template <class T, executor E> void take_stock(obs_state<T>& s, E& threads) {
    measure_losses(s, threads);
    threads.for_each(s.panels(), [&](index_t p) {
        s.zeros[p] = 0;
        const index_t top = s.top_row(p);
        for (index_t r = top; r < std::min(s.weights.rows, top + panel_rows); ++r) {
            const auto row = s.weights.row(r);
            s.zeros[p] += static_cast<index_t>(std::count(row.begin(), row.end(), T(0)));
        }
    });
}

}  // namespace GRADUS_ISA
}  // namespace gradus
