// SPDX-License-Identifier: MIT
// Grids of rows, weighted by the curvature of their columns.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/solver/choices.hpp>
#include <gradus/solver/obs_columns.hpp>

#include <atomic>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// What fits the grids of a matrix, and when.
template <layout_type L, class Range, rounding R> struct grid_fitter {
    tile_job<L, Range, R> job;
    row_grids<L>* grids;
    index_t span = 0;                     ///< steps whose groups are fitted together; 0: once
    std::atomic<index_t>* bad = nullptr;  ///< the first row with a scale that has no stored form

    floats doomed = {};  ///< [cols] magnitudes at which weights will be pruned

    /// The importances of a group's values, without those that are expected to be pruned.
    [[nodiscard]] floats weights_of(floats values, index_t first, std::vector<float>& kept) const {
        const floats all = importance_of(job.importance, first, values.size());
        if (all.empty() || doomed.empty()) { return all; }
        kept.assign(all.begin(), all.end());
        const float* const limits = doomed.data() + first;
        index_t i = 0;
        for (; i + simd::lanes <= kept.size(); i += simd::lanes) {
            using simd::f32x16;
            const auto gone = magnitude(f32x16::load(&values[i])) <= f32x16::load(limits + i);
            either(gone, f32x16(0.0f), f32x16::load(&kept[i])).store(&kept[i]);
        }
        for (; i < kept.size(); ++i) {
            kept[i] = magnitude(values[i]) <= limits[i] ? 0.0f : kept[i];
        }
        return kept;
    }

    /// values: the group's columns in one row.
    void fit(index_t row, index_t group, floats values) const {
        const typename tile_job<L, Range, R>::stored map{job.map, grids->words[row]};
        std::vector<float> kept;
        const floats weights = weights_of(values, group * grids->columns, kept);
        const interval range = estimate(*job.range, values, weights, map);
        const auto p = map.fit(range);
        if (!storable<L>(job.map->fit(range).scale, p.scale, grids->words[row])) {
            for (index_t seen = *bad; row < seen && !bad->compare_exchange_weak(seen, row);) {}
        }
        grids->set(row, group, p);
    }

    /// All groups of a row, from its weights as they are.
    void fit_row(index_t row, floats values) const {
        grids->words[row] = row_word(job, values);
        for (index_t g = 0; g < grids->groups; ++g) {
            const index_t first = g * grids->columns;
            fit(row, g, values.subspan(first, std::min(grids->columns, values.size() - first)));
        }
    }

    /// The groups of `span` steps from `at` on, by what these would be if nothing in them were
    /// lost.
    template <class T, class Choice>
    void
    refresh(obs_state<T>& s, const Choice& choose, index_t panel, index_t first, index_t at) const {
        if (span == 0 || at % span != 0) { return; }
        const index_t count = std::min(span, s.weights.cols - at);
        T x[block_columns * panel_rows];
        propose<T>(s, choose, panel, first, at, count, x, nullptr);
        const index_t top = panel * panel_rows;
        for (index_t r = 0; r < panel_rows && top + r < s.weights.rows; ++r) {
            for (index_t from = 0; from < count; from += grids->columns) {
                float values[block_columns];
                const index_t width = std::min(grids->columns, count - from);
                for (index_t j = 0; j < width; ++j) {
                    values[j] = static_cast<float>(x[(from + j) * panel_rows + r]);
                }
                fit(top + r, (at + from) / grids->columns, {values, width});
            }
        }
    }
};

/// Without grids there is nothing to fit.
struct no_fitter {
    template <class T, class Choice>
    void refresh(obs_state<T>&, const Choice&, index_t, index_t, index_t) const {}
};

}  // namespace GRADUS_ISA
}  // namespace gradus
