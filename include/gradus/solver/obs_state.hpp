// SPDX-License-Identifier: MIT
// What a column sweep carries along: errors of finished columns, and what they do to later ones.
#pragma once

#include <gradus/linalg/product.hpp>
#include <gradus/simd/transpose_values.hpp>
#include <gradus/solver/factor.hpp>
#include <gradus/solver/obs_plan.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

inline constexpr index_t panel_rows = right_width;  ///< rows that go together, in the lanes
inline constexpr index_t task_panels = 4;           ///< panels of a task, at most
inline constexpr index_t slice_panels = 32;         ///< panels that are swept together, at most

/// Slices of a matrix: as many panels in each, give or take one.
[[nodiscard]] GRADUS_INLINE index_t slices_of(index_t rows) {
    const index_t panels = (rows + panel_rows - 1) / panel_rows;
    return (panels + slice_panels - 1) / slice_panels;
}

/// With E = W - Q for finished columns, the best value of column j is
///
///     x_j = w_j + sum_{i < j} e_i V_ij,   V_ij = U_ij / U_jj,   H = U U^T,
///
/// all columns after j being free to answer. So the sums are products of finished errors with
/// columns of V: by 512 columns over all before them, by 128 and by 16 over those that were
/// finished since. Deciding x_j -> q_j adds (x_j - q_j)^2 U_jj^2 to the row's error E H E^T.
///
/// Rows know nothing of each other, so that they are swept slice by slice, and there are errors of
/// one slice alone. Of s slices the first has panels 0, s, 2 s ... of the matrix, the next 1, s + 1
/// ...: each is a fair sample of the rows.
///
/// Source: Frantar et al. 2022 and 2023 with R = U^-1 (the same decisions); without inverse: the
///         feedback form of Chee et al. 2023, arXiv:2307.13304.
template <class T> struct obs_state {
    const obs_factor<T>& factor;
    matrix_view<T> weights;          ///< [rows, n]; finished columns hold Q
    std::span<const index_t> order;  ///< column of the weights at each step; empty: as they lie
    const obs_plan& plan;
    strips<panel_rows, T> errors;     ///< e, panels of [n][32], of the current slice
    strips<panel_rows, T> sums;       ///< of the current 512 columns, [512][32]
    strips<left_width, T> influence;  ///< V of the same columns, [n][8]
    std::vector<double> row_loss;     ///< [rows] sum of (x - q)^2 U_jj^2
    std::vector<T> pivots;            ///< [n] U_jj
    std::vector<index_t> zeros;       ///< [panels] weights of the slice that are zero now
    index_t slices = 1;
    index_t slice = 0;
    index_t earlier_zeros = 0;         ///< in slices that are done
    bool gain = true;                  ///< zeros are chosen by what they cost more than a code
    index_t wide_end = 0;              ///< of the current 512
    std::span<const float> rows = {};  ///< what errors of each row count; empty: all alike

    /// What errors of a row count when zeros are chosen; 1 beyond the matrix.
    [[nodiscard]] T row_weight(index_t row) const {
        return rows.empty() || row >= weights.rows ? T(1) : static_cast<T>(rows[row]);
    }

    obs_state(const obs_factor<T>& f,
              matrix_view<T> w,
              std::span<const index_t> column_order,
              const obs_plan& pieces,
              index_t slice_count = 1)
        : factor{f},
          weights{w},
          order{column_order},
          plan{pieces},
          errors{slice_rows(w.rows, slice_count), w.cols, aligned_buffer::unwritten},
          sums{slice_rows(w.rows, slice_count), std::min(wide_columns, (w.cols + 15) / 16 * 16),
               aligned_buffer::unwritten},
          influence{sums.sums(), w.cols, aligned_buffer::unwritten},
          row_loss(w.rows),
          pivots(w.cols),
          zeros(errors.count()),
          slices{slice_count} {
        for (index_t j = 0; j < w.cols; ++j) {
            pivots[j] = f.pivot(j);
        }
        begin_slice(0);
    }

    /// The slices before are done.
    void begin_slice(index_t which) {
        earlier_zeros += zero_count();
        std::fill(zeros.begin(), zeros.end(), index_t{0});
        slice = which;
        if (top_row(panels() - 1) + panel_rows > weights.rows) {
            // Rows beyond the matrix are never decided.
            std::fill_n(errors.strip(panels() - 1), weights.cols * panel_rows, T(0));
        }
    }

    /// Panels of the slice.
    [[nodiscard]] index_t panels() const {
        const index_t all = (weights.rows + panel_rows - 1) / panel_rows;
        return (all - slice + slices - 1) / slices;
    }

    /// The first row of a panel of the slice.
    [[nodiscard]] GRADUS_INLINE index_t top_row(index_t panel) const {
        return (slice + panel * slices) * panel_rows;
    }

    /// Rows of the slice.
    [[nodiscard]] index_t rows_of_slice() const {
        return (panels() - 1) * panel_rows +
               std::min(panel_rows, weights.rows - top_row(panels() - 1));
    }

    /// Few enough panels a task for the last ones not to be waited for long.
    [[nodiscard]] index_t panels_of_task() const {
        return std::clamp<index_t>(panels() / 32, 1, task_panels);
    }

    /// Zeros of the slice.
    [[nodiscard]] index_t zero_count() const {
        index_t count = 0;
        for (const index_t z : zeros) {
            count += z;
        }
        return count;
    }

    [[nodiscard]] index_t column(index_t step) const { return order.empty() ? step : order[step]; }

  private:
    [[nodiscard]] static index_t slice_rows(index_t rows, index_t slice_count) {
        const index_t panels = (rows + panel_rows - 1) / panel_rows;
        return (panels + slice_count - 1) / slice_count * panel_rows;
    }
};

/// V of columns [first, first + 16) to the strips `low` and `high`, [first + 16][8] each; zero on
/// and below the diagonal. All sixteen exist.
template <class T> void pack_influence(const obs_factor<T>& f, index_t first, T* low, T* high) {
    using V = simd::vector16<T>;
    constexpr index_t side = simd::lanes;
    T square[side][side];  // [column][term]
    T turned[side][side];
    for (index_t k = 0; k < first; k += side) {
        const V root = V::load(f.root.data() + k);
        for (index_t j = 0; j < side; ++j) {
            const T* const row = f.values.data() + (first + j) * f.size;
            const V scale(T(1) / f.pivot(first + j));
            (V::load(row + k) * root * scale).store(square[j]);
        }
        simd::transpose_square(square[0], side, turned[0], side);
        for (index_t l = 0; l < side; ++l) {
            std::copy_n(turned[l], left_width, low + (k + l) * left_width);
            std::copy_n(turned[l] + left_width, left_width, high + (k + l) * left_width);
        }
    }
    std::fill_n(low + first * left_width, side * left_width, T(0));
    std::fill_n(high + first * left_width, side * left_width, T(0));
    for (index_t j = 0; j < side; ++j) {
        const T* const row = f.values.data() + (first + j) * f.size;
        const T scale = T(1) / f.pivot(first + j);
        T* const lane = (j < left_width ? low : high) + j % left_width;
        for (index_t k = first; k < first + j; ++k) {
            lane[k * left_width] = row[k] * f.root[k] * scale;
        }
    }
}

/// V of columns [first, first + 8) to `to`, [first + 8][8]; zero on and below the diagonal.
template <class T> void pack_influence(const obs_factor<T>& f, index_t first, T* to) {
    const index_t end = std::min(f.size, first + left_width);
    std::fill_n(to, end * left_width, T(0));
    for (index_t j = first; j < end; ++j) {
        const T scale = T(1) / f.pivot(j);
        const T* const row = f.values.data() + j * f.size;
        T* const lane = to + (j - first);
        for (index_t k = 0; k < j; ++k) {
            lane[k * left_width] = row[k] * f.root[k] * scale;
        }
    }
}

/// to[count][32] += errors of steps [from, end) times V of columns [at, at + count), for one panel;
/// `at` counts from the first of the current 512 and is a multiple of 8.
template <class T>
void add_influence(const obs_state<T>& s,
                   index_t panel,
                   index_t at,
                   index_t count,
                   index_t from,
                   index_t end,
                   T* to) {
    for (index_t k = from; k < end; k += sum_chunk) {
        const index_t terms = std::min(sum_chunk, end - k);
        const T* const errors = s.errors.strip(panel) + k * panel_rows;
        for (index_t j = 0; j < count; j += left_width) {
            const T* const v = s.influence.strip((at + j) / left_width) + k * left_width;
            multiply_tile8<product_sign::plus>(v, errors, terms, to + j * panel_rows, panel_rows);
        }
    }
}

/// f(top, end) for the panels of each task.
template <class T, executor E, class F>
void for_panels(const obs_state<T>& s, E& threads, const F& f) {
    const index_t size = s.panels_of_task();
    threads.for_each((s.panels() + size - 1) / size, [&](index_t task) {
        f(task * size, std::min(s.panels(), (task + 1) * size));
    });
}

/// V of a block's columns.
template <class T, executor E>
void pack_wide(obs_state<T>& s, const planned_block& block, E& threads) {
    s.wide_end = block.end;
    const index_t strip_count = (block.end - block.first + left_width - 1) / left_width;
    threads.for_each((strip_count + 1) / 2, [&](index_t pair) {
        const index_t first = block.first + pair * 2 * left_width;
        T* const low = s.influence.strip(2 * pair);
        if (first % 16 == 0 && first + 16 <= s.factor.size && 2 * pair + 1 < strip_count) {
            return pack_influence(s.factor, first, low, s.influence.strip(2 * pair + 1));
        }
        pack_influence(s.factor, first, low);
        if (2 * pair + 1 < strip_count) {
            pack_influence(s.factor, first + left_width, s.influence.strip(2 * pair + 1));
        }
    });
}

/// Everything that steps before a block do to its steps in panels [top, end): the bulk of the work.
template <class T>
void add_finished(obs_state<T>& s, const planned_block& block, index_t top, index_t end) {
    const index_t width = (block.end - block.first + left_width - 1) / left_width * left_width;
    for (index_t p = top; p < end; ++p) {
        std::fill_n(s.sums.strip(p), s.sums.sums() * panel_rows, T(0));
    }
    for (index_t k = 0; k < block.first; k += sum_chunk) {
        const index_t stop = std::min(block.first, k + sum_chunk);
        for (index_t p = top; p < end; ++p) {
            add_influence(s, p, 0, width, k, stop, s.sums.strip(p));
        }
    }
}

/// Columns of the current 512, filled up to whole strips.
template <class T> [[nodiscard]] index_t wide_width(const obs_state<T>& s, index_t first) {
    return (s.wide_end - first + left_width - 1) / left_width * left_width;
}

/// The first step of the 128 that `at` belongs to.
[[nodiscard]] GRADUS_INLINE index_t block_of(index_t first, index_t at) {
    return first + (at - first) / block_columns * block_columns;
}

/// Fetches the weights of 128 steps of a panel to the second cache: sixteen columns of each row are
/// a line, from rows that no prefetcher would guess.
template <class T> void fetch_weights(const obs_state<T>& s, index_t panel, index_t at) {
    if (!s.order.empty()) { return; }
    constexpr index_t line = 64 / sizeof(T);
    const index_t end = std::min(at + block_columns, s.weights.cols);
    const index_t top = s.top_row(panel);
    for (index_t r = top; r < std::min(top + panel_rows, s.weights.rows); ++r) {
        for (index_t j = at; j < end; j += line) {
            __builtin_prefetch(s.weights.data + r * s.weights.stride + j, 1, 2);
        }
    }
}

/// Adds what steps [first, at) do to steps [at, at + 128), a whole 128 of the current 512.
template <class T> void begin_block(obs_state<T>& s, index_t panel, index_t first, index_t at) {
    const index_t inner = at - first;
    const index_t count = std::min(block_columns, wide_width(s, first) - inner);
    fetch_weights(s, panel, at);
    add_influence(s, panel, inner, count, first, at, s.sums.strip(panel) + inner * panel_rows);
}

/// Adds what the finished steps of the same 128 do to steps [at, at + 16): their sums are then up
/// to date. Once for each window.
template <class T> void begin_window(obs_state<T>& s, index_t panel, index_t first, index_t at) {
    const index_t block = block_of(first, at);
    if (at == block) { begin_block(s, panel, first, at); }
    const index_t inner = at - first;
    const index_t count = std::min(window_columns, wide_width(s, first) - inner);
    add_influence(s, panel, inner, count, block, at, s.sums.strip(panel) + inner * panel_rows);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
