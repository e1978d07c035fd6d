// SPDX-License-Identifier: MIT
// Optimal brain surgeon: prune and quantize a matrix, later columns answering for earlier ones.
#pragma once

#include <gradus/solver/layout_grids.hpp>
#include <gradus/solver/obs_job.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// A report with codes, ready for `pack_codes<L>(codes.view(), map, groups)`.
template <layout_type L> struct obs_codes : obs_report {
    plain_codes codes;
    typename L::mapping_type map;
    typename L::grouping_type groups;
};

/// Prunes without quantizing: `weights` [rows, n] become those that are left.
/// Errors: those of `check_obs` and, afterwards, of `check_losses`.
template <class T, sparsity S, executor E = const serial>
[[nodiscard]] result<obs_report> obs(matrix_view<T> weights,
                                     const obs_factor<T>& factor,
                                     unquantized,
                                     const S& zeros,
                                     const obs_options& options = {},
                                     E&& threads = serial{}) {
    if (status sound = check_obs<T>(weights, factor, zeros, options, threads); !sound) {
        return sound.error();
    }
    const planned_run whole[] = {{0, weights.cols, weights.cols}};
    const obs_plan plan{whole, options.order, grid_time::fixed, 0};
    obs_state<T> s{factor, weights, options.order, plan, slices_for(zeros, options, weights.rows)};
    s.rows = options.row_weights;
    if (status sound = check_order<T, S>(s, whole); !sound) { return sound.error(); }
    const auto alone = [](const std::vector<index_t>&) {
        return std::pair{free_choice{}, no_fitter{}};
    };
    status swept = done{};
    if (S::choice != zero_choice::none && options.quality != 0) {
        auto support = find_support(s, zeros, options.quality, threads);
        if (!support) { return support.error(); }
        support.value().finish(threads);
        take_stock(s, threads);
        for (int i = 0; i < options.refine; ++i) {
            refine_sweep(s, free_choice{}, true, threads);
        }
        swept = check_losses(s, 2, threads);
    } else {
        swept =
            sweep_slices(s, free_choice{}, no_fitter{}, alone, zeros, {}, options.refine, threads);
    }
    if (!swept) { return swept.error(); }
    obs_report report;
    write_report(s, report);
    return report;
}

/// A recipe whose trained levels include zero where weights are pruned.
template <sparsity S, layout_type L, class Range>
[[nodiscard]] recipe<L, Range, nearest> with_zero(recipe<L, Range, nearest> how) {
    if constexpr (L::codebook == codebook_scope::matrix && S::choice != zero_choice::none) {
        how.map.exact_zero = true;
    }
    return how;
}

/// Quantizes by a recipe, with the zeros of a sparsity beside: `weights` [rows, n] become the
/// values of the codes. Ranges that can are weighted by U_jj^2, and so is the training of
/// codebooks, which keep a level at zero where weights are pruned. Rounding is to the nearest level
/// of what a weight has become by then.
///
/// Memory: errors [1024, n] and the influence of 512 columns, beside weights, codes and factor;
///         errors [rows, n] with zeros of blocks or `quality`.
/// Flops:  rows n^2, nearly all in products. Bits do not depend on the executor.
/// Errors: those of `check_obs` and of `solve`; knobs of the recipe.
template <class T, layout_type L, class Range, sparsity S, executor E = const serial>
    requires(!L::grouping_type::spans_rows)
[[nodiscard]] result<obs_codes<L>> obs(matrix_view<T> weights,
                                       const obs_factor<T>& factor,
                                       const recipe<L, Range, nearest>& how,
                                       const S& zeros,
                                       const obs_options& options = {},
                                       E&& threads = serial{}) {
    if (status sound = check_obs<T>(weights, factor, zeros, options, threads); !sound) {
        return sound.error();
    }
    if (status sound = check_recipe(how, false); !sound) { return sound.error(); }
    obs_job<T> job{weights, factor, zeros, options};
    const auto chosen = with_zero<S>(how);
    auto run =
        std::make_unique<layout_grids<L, Range, T>>(chosen, weights.rows, index_t{0}, weights.cols);
    const layout_grids<L, Range, T>& made = *run;
    train_levels(*run, chosen, job, threads);
    std::vector<std::unique_ptr<run_grids<T>>> alone;
    alone.push_back(std::move(run));
    matrix_grids<T> grids{std::move(alone)};
    std::vector<code_t> codes(weights.rows * weights.cols);
    const matrix_view<code_t> all{codes.data(), weights.rows, weights.cols};
    result<obs_report> report = solve(job, grids, zeros, all, threads);
    if (!report) { return report.error(); }
    return obs_codes<L>{std::move(*report), made.plain_of(weights.rows, std::move(codes)),
                        made.map(), how.groups};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
