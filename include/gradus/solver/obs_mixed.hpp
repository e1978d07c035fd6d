// SPDX-License-Identifier: MIT
// Prune and quantize a matrix whose columns are cut into runs of different layouts.
#pragma once

#include <gradus/kernels/pack_codes.hpp>
#include <gradus/layout/mixed_matrix.hpp>
#include <gradus/range/any_range.hpp>
#include <gradus/solver/obs.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Neighbouring columns of one layout, and how their ranges are found.
struct run_recipe {
    index_t cols = 0;
    std::string layout;  ///< as `parse_layout_name` reads it; empty: the columns are pruned
    any_range range = {mse_search{}};
};

/// The codes of a run: what a packed part is made of, or one of survivors alone.
struct coded_run {
    index_t first = 0;
    std::string layout;  ///< empty where all is pruned; there are no codes then
    plain_codes codes;
    std::vector<float> codebook;
};

/// What a solved matrix consists of.
struct mixed_codes : obs_report {
    std::vector<coded_run> runs;
    mixed_matrix matrix;
};

/// The layout of a run by its name. Errors: no name of a layout, none on the menu.
template <class Menu, class F>
[[nodiscard]] status visit_layout(const std::string& text, const F& f) {
    status made = done{};
    const auto name = parse_layout_name(text);
    const bool found = name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
                           if constexpr (L::grouping_type::spans_rows) {
                               made = error{errc::invalid_argument,
                                            "layout '" + text +
                                                "' has one grid for all rows; its groups cannot "
                                                "be refreshed one by one"};
                           } else {
                               made = f(choice);
                           }
                       });
    if (!found) { return error{errc::not_found, "layout '" + text + "' is not on the menu"}; }
    return made;
}

/// Grids of a run, with their levels trained.
template <class Menu, class T, sparsity S, executor E>
[[nodiscard]] result<std::unique_ptr<run_grids<T>>>
grids_of_run(const run_recipe& how, index_t first, const obs_job<T>& job, E& threads) {
    std::unique_ptr<run_grids<T>> made;
    if (how.layout.empty()) {
        made = std::make_unique<pruned_grids<T>>(first, how.cols);
        return made;
    }
    const status known =
        visit_layout<Menu>(how.layout, [&]<class L>(const layout_choice<L>& choice) -> status {
            const auto chosen = with_zero<S>(recipe<L, any_range, nearest>{
                .range = how.range, .groups = choice.groups, .map = choice.map});
            if (status sound = check_recipe(chosen, false); !sound) { return sound; }
            auto run = std::make_unique<layout_grids<L, any_range, T>>(chosen, job.weights.rows,
                                                                       first, how.cols);
            train_levels(*run, chosen, job, threads);
            made = std::move(run);
            return done{};
        });
    if (!known) { return known.error(); }
    return made;
}

/// The codes of a run as a packed part. Errors: those of `visit_layout` and `pack_codes`.
template <class Menu, executor E>
[[nodiscard]] result<packed_part> pack_run(const coded_run& run, E& threads) {
    packed_part part;
    const status known =
        visit_layout<Menu>(run.layout, [&]<class L>(const layout_choice<L>& choice) -> status {
            auto map = choice.map;
            if constexpr (L::codebook == codebook_scope::matrix) {
                std::copy(run.codebook.begin(), run.codebook.end(), map.levels.begin());
            }
            auto packed = pack_codes<L>(run.codes.view(), map, choice.groups, threads);
            if (!packed) { return packed.error(); }
            part = part_of(std::move(*packed));
            return done{};
        });
    if (!known) { return known.error(); }
    return part;
}

/// Errors: runs that do not cover the columns.
[[nodiscard]] inline status check_runs(std::span<const run_recipe> runs, index_t cols) {
    index_t total = 0;
    for (const run_recipe& run : runs) {
        total += run.cols;
        if (run.cols == 0 || total > cols) { break; }
    }
    if (total == cols && !runs.empty() && runs.back().cols != 0) { return done{}; }
    return error{errc::invalid_argument, "runs of " + std::to_string(total) +
                                             " columns for a matrix of " + std::to_string(cols) +
                                             " (or one without any)"};
}

/// `obs` with a recipe for each run of columns: `weights` [rows, n], in storage order, become the
/// values of the codes. `options.order` is the order in which columns are worked through, whatever
/// their runs; errors reach only columns that come later. Groups lie inside their run, and each run
/// has codebook and row words of its own.
///
/// Compiled once for a menu and a type of weights: layouts are behind `run_grids`.
/// Errors: those of `obs`, of `check_runs` and `visit_layout`.
template <class Menu, class T, sparsity S, executor E = const serial>
[[nodiscard]] result<mixed_codes> obs_mixed(matrix_view<T> weights,
                                            const obs_factor<T>& factor,
                                            std::span<const run_recipe> runs,
                                            const S& zeros,
                                            const obs_options& options = {},
                                            E&& threads = serial{}) {
    if (status sound = check_obs<T>(weights, factor, zeros, options, threads); !sound) {
        return sound.error();
    }
    if (status sound = check_runs(runs, weights.cols); !sound) { return sound.error(); }
    obs_job<T> job{weights, factor, zeros, options};
    std::vector<std::unique_ptr<run_grids<T>>> made;
    index_t first = 0;
    for (const run_recipe& run : runs) {
        auto grids = grids_of_run<Menu, T, S>(run, first, job, threads);
        if (!grids) { return grids.error(); }
        made.push_back(std::move(*grids));
        first += run.cols;
    }
    matrix_grids<T> grids{std::move(made)};
    std::vector<code_t> codes(weights.rows * weights.cols);
    const matrix_view<code_t> all{codes.data(), weights.rows, weights.cols};
    result<obs_report> report = solve(job, grids, zeros, all, threads);
    if (!report) { return report.error(); }
    mixed_codes out{std::move(*report), {}, {weights.rows, weights.cols, {}, {}}};
    for (index_t i = 0; i < grids.size(); ++i) {
        const run_grids<T>& run = grids[i];
        coded_run coded{run.first, runs[i].layout, run.plain(all.columns(run.first, run.cols)),
                        run.codebook()};
        if (!coded.layout.empty()) {
            auto part = pack_run<Menu>(coded, threads);
            if (!part) { return part.error(); }
            out.matrix.runs.push_back({run.first, std::move(*part)});
        }
        out.runs.push_back(std::move(coded));
    }
    return out;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
