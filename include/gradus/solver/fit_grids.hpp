// SPDX-License-Identifier: MIT
// Grids of rows, weighted by the curvature of their columns, for the weights that will be left.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/solver/choices.hpp>
#include <gradus/solver/expected_zeros.hpp>
#include <gradus/solver/obs_columns.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The values of a group that are not zero, and zeros up to whole vectors: those are on the grid,
/// and cost a search as much as any other. (A part of the values in place of all is no help: with
/// one of every four of 2048, 4 bits lose a tenth more.)
struct values_that_cost {
    std::vector<float> values;
    std::vector<float> weights;

    void take(floats all, floats importance) {
        values.resize(all.size() + simd::lanes);
        weights.resize(all.size() + simd::lanes);
        index_t count = 0;
        for (index_t i = 0; i < all.size(); ++i) {
            values[count] = all[i];
            weights[count] = importance[i];
            count += all[i] != 0.0f;  // no branch: it would be mispredicted half of the time
        }
        if (count == all.size()) { return cut(count); }
        const index_t whole = count / simd::lanes * simd::lanes + simd::lanes;
        std::fill_n(values.data() + count, whole - count, 0.0f);
        std::fill_n(weights.data() + count, whole - count, 0.0f);
        cut(whole);
    }

  private:
    void cut(index_t count) {
        values.resize(count);
        weights.resize(count);
    }
};

/// What fits the grids of a matrix, and when.
template <class T> struct grid_fitter {
    matrix_grids<T>* grids;
    floats importance;           ///< [cols] U_jj^2
    const expected_zeros* gone;  ///< which weights are likely to be zeroed

    /// Groups of a run, from column `column` of it on, for one row. `values` are those columns';
    /// the ones that will be zeroed become zero.
    void fit(index_t run, index_t row, index_t column, std::span<float> values) const {
        run_grids<T>& to = (*grids)[run];
        gone->clear(row, to.first, column, values);
        values_that_cost room;
        for (index_t c = 0; c < values.size(); c += to.group_cols) {
            const index_t width = std::min(to.group_cols, values.size() - c);
            const index_t group = (column + c) / to.group_cols;
            const floats own = values.subspan(c, width);
            if (!to.weighs()) {
                to.fit(row, group, own, {});
                continue;
            }
            const floats weights = importance.subspan(to.first + column + c, width);
            if (gone->none()) {
                to.fit(row, group, own, weights);
            } else {
                room.take(own, weights);
                to.fit(row, group, room.values, room.weights);
            }
        }
    }

    /// What comes before the sweep for a row, from its weights as they are: the groups of all runs
    /// that no fit of the plan will see.
    void fit_row(const obs_plan& plan, index_t row, floats values) const {
        std::vector<float> part;
        for (index_t i = 0; i < grids->size(); ++i) {
            run_grids<T>& run = (*grids)[i];
            const floats own = values.subspan(run.first, run.cols);
            run.begin_row(row, own);
            if (fitted_later(plan, i)) { continue; }
            part.assign(own.begin(), own.end());
            fit(i, row, 0, part);
        }
    }

    /// A run has fits for all of its groups or for none; `refresh_wide` leaves step 0 out.
    [[nodiscard]] static bool fitted_later(const obs_plan& plan, index_t run) {
        for (const planned_fit& f : plan.fits()) {
            if (f.run == run) { return f.at != 0 || f.count <= wide_columns; }
        }
        return false;
    }

    /// The groups that begin in steps [at, at + count) of a panel, by what they would be if nothing
    /// more were lost. The window at `at` has begun.
    template <class Choice>
    void refresh(obs_state<T>& s,
                 const Choice& choose,
                 index_t panel,
                 index_t first,
                 index_t at,
                 index_t count) const {
        index_t end = at;
        const auto fits = s.plan.fits(at, count);
        for (const planned_fit& f : fits) {
            if (f.count <= wide_columns) { end = std::max(end, f.at + f.count); }
        }
        if (end == at) { return; }
        T x[wide_columns * panel_rows];
        propose<T>(s, choose, panel, first, at, end - at, x, nullptr);
        const index_t top = s.top_row(panel);
        for (const planned_fit& f : fits) {
            if (f.count > wide_columns) { continue; }
            const index_t base = (*grids)[f.run].first + f.column;
            for (index_t r = 0; r < panel_rows && top + r < s.weights.rows; ++r) {
                float values[wide_columns];
                for (index_t j = 0; j < f.count; ++j) {
                    values[s.column(f.at + j) - base] =
                        static_cast<float>(x[(f.at - at + j) * panel_rows + r]);
                }
                fit(f.run, top + r, f.column, {values, f.count});
            }
        }
    }

    /// The same for a group of more than 512 columns that begins with a block: as much work as the
    /// sweep of its columns is, so that it is worth while only where errors came before.
    template <class Choice, executor E>
    void refresh_wide(obs_state<T>& s, const Choice& choose, index_t step, E& threads) const {
        const auto fits = s.plan.fits(step, 1);
        if (step == 0 || fits.empty() || fits[0].count <= wide_columns) { return; }
        const planned_fit f = fits[0];
        for (index_t at = f.at; at < f.at + f.count; at += wide_columns) {
            const planned_block block{at, std::min(at + wide_columns, f.at + f.count), 0};
            pack_wide(s, block, threads);
            for_panels(s, threads, [&](index_t top, index_t stop) {
                add_finished(s, block, top, stop);
                for (index_t p = top; p < stop; ++p) {
                    for (index_t w = block.first; w < block.end; w += window_columns) {
                        const index_t width = std::min(window_columns, block.end - w);
                        begin_window(s, p, block.first, w);
                        propose<T>(s, choose, p, block.first, w, width, nullptr, nullptr);
                    }
                }
            });
        }
        const index_t base = (*grids)[f.run].first + f.column;
        threads.for_each(s.panels() * panel_rows, [&](index_t i) {
            const index_t r = s.top_row(i / panel_rows) + i % panel_rows;
            if (r >= s.weights.rows) { return; }
            const T* const errors = s.errors.strip(i / panel_rows) + i % panel_rows;
            std::vector<float> values(f.count);
            for (index_t j = f.at; j < f.at + f.count; ++j) {
                if (s.factor.dead[j] != 0) { continue; }
                const T w = s.weights(r, s.column(j));
                values[s.column(j) - base] = static_cast<float>(w - errors[j * panel_rows]);
            }
            fit(f.run, r, f.column, values);
        });
    }
};

/// Without grids there is nothing to fit.
struct no_fitter {
    template <class T, class Choice>
    void refresh(obs_state<T>&, const Choice&, index_t, index_t, index_t, index_t) const {}

    template <class T, class Choice, class E>
    void refresh_wide(obs_state<T>&, const Choice&, index_t, E&) const {}
};

}  // namespace GRADUS_ISA
}  // namespace gradus
