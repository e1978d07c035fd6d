// SPDX-License-Identifier: MIT
// Scales of groups whose codes are chosen: least squares under the Hessian.
#pragma once

#include <gradus/solver/choices.hpp>
#include <gradus/solver/refined_sums.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The codes of a choice; none where nothing is quantized.
[[nodiscard]] inline matrix_view<code_t> codes_of(const free_choice&) {
    return {};
}

template <class T> [[nodiscard]] matrix_view<code_t> codes_of(const grid_choice<T>& choice) {
    return choice.codes;
}

template <class T>
void rescale_groups(obs_state<T>&, const free_choice&, index_t, const planned_block&, index_t) {}

/// The levels l = q / scale of a group in a panel, and what scaling them does to the loss: with
/// scale + d it changes by d (d square - 2 slope).
template <class T> struct scale_slopes {
    double slope[panel_rows] = {};   ///< sum of l_j (e H)_j
    double square[panel_rows] = {};  ///< l H l^T

    scale_slopes(const obs_state<T>& s,
                 const run_grids<T>& run,
                 const planned_block& block,
                 const planned_fit& f,
                 index_t panel) {
        const index_t filled = (f.count + left_width - 1) / left_width * left_width;
        std::vector<T> room(3 * filled * panel_rows);
        T* const level = room.data();
        T* const gradient = level + filled * panel_rows;
        T* const bent = gradient + filled * panel_rows;
        const index_t top = s.top_row(panel);
        const index_t group = f.column / run.group_cols;
        for (index_t r = 0; r < panel_rows && top + r < s.weights.rows; ++r) {
            const T scale = static_cast<T>(run.scale(top + r, group));
            for (index_t j = 0; scale != T(0) && j < f.count; ++j) {
                level[j * panel_rows + r] = s.weights(top + r, s.column(f.at + j)) / scale;
            }
        }
        gather_sums(s, panel, block, f.at, f.count, gradient);
        for (index_t k = 0; k < f.count; k += sum_chunk) {
            const index_t terms = std::min(sum_chunk, f.count - k);
            for (index_t j = 0; j < f.count; j += left_width) {
                const T* const v = s.influence.strip((f.at - block.first + j) / left_width);
                multiply_tile8<product_sign::plus>(v + (f.at + k) * left_width,
                                                   level + k * panel_rows, terms,
                                                   bent + j * panel_rows, panel_rows);
            }
        }
        const T* const errors = s.errors.strip(panel) + f.at * panel_rows;
        for (index_t j = 0; j < f.count; ++j) {
            if (s.factor.dead[f.at + j] != 0) { continue; }
            const auto h = static_cast<double>(s.factor.stiffness(f.at + j));
            for (index_t r = 0; r < panel_rows; ++r) {
                const index_t i = j * panel_rows + r;
                const double l = h * static_cast<double>(level[i]);
                slope[r] += l * static_cast<double>(gradient[i] + errors[i]);
                square[r] += l * static_cast<double>(bent[i] + level[i]);
            }
        }
    }
};

/// Decodes a group's codes again in the rows whose scales have changed.
template <class T>
void take_new_values(obs_state<T>& s,
                     const grid_choice<T>& choose,
                     const planned_fit& f,
                     index_t panel,
                     const bool* changed) {
    const run_grids<T>& run = (*choose.grids)[f.run];
    for (index_t j = f.at; j < f.at + f.count; ++j) {
        if (s.factor.dead[j] != 0) { continue; }
        const index_t column = s.column(j);
        for (index_t half = 0; half < panel_rows; half += simd::lanes) {
            const index_t row = s.top_row(panel) + half;
            T code[simd::lanes] = {};
            T value[simd::lanes];
            for (index_t r = 0; r < simd::lanes && row + r < s.weights.rows; ++r) {
                code[r] = static_cast<T>(choose.codes(row + r, column));
            }
            if (row >= s.weights.rows) { break; }
            run.decode(row, f.column / run.group_cols, code, value);
            T* const error = s.errors.strip(panel) + j * panel_rows + half;
            for (index_t r = 0; r < simd::lanes && row + r < s.weights.rows; ++r) {
                if (!changed[half + r]) { continue; }
                error[r] += s.weights(row + r, column) - value[r];
                s.weights(row + r, column) = value[r];
            }
        }
    }
}

/// The groups that begin at step `at`, one a fit: each row's scale becomes slope / square more, as
/// its format stores that, where the loss falls by it.
template <class T>
void rescale_groups(obs_state<T>& s,
                    const grid_choice<T>& choose,
                    index_t panel,
                    const planned_block& block,
                    index_t at) {
    for (const planned_fit& f : s.plan.fits(at, 1)) {
        run_grids<T>& run = (*choose.grids)[f.run];
        const bool one_group = f.count <= run.group_cols && f.count <= wide_columns;
        if (!one_group) { continue; }
        const scale_slopes<T> all{s, run, block, f, panel};
        const index_t group = f.column / run.group_cols;
        bool changed[panel_rows] = {};
        bool any = false;
        for (index_t r = 0; r < panel_rows && s.top_row(panel) + r < s.weights.rows; ++r) {
            const index_t row = s.top_row(panel) + r;
            if (!(all.square[r] > 0.0)) { continue; }
            const float before = run.scale(row, group);
            const double wanted = static_cast<double>(before) + all.slope[r] / all.square[r];
            const float after = run.stored(row, static_cast<float>(wanted));
            const double step = static_cast<double>(after) - static_cast<double>(before);
            const double won = step * (2.0 * all.slope[r] - step * all.square[r]);
            // What rounding could feign is no gain.
            if (after == 0.0f || !(won > 1e-5 * step * step * all.square[r])) { continue; }
            run.rescale(row, group, after);
            s.row_loss[row] -= won;
            changed[r] = any = true;
        }
        if (any) { take_new_values(s, choose, f, panel, changed); }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
