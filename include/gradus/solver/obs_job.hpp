// SPDX-License-Identifier: MIT
// A matrix on its grids: fitted, swept, checked.
#pragma once

#include <gradus/solver/admm_support.hpp>
#include <gradus/solver/fit_grids.hpp>
#include <gradus/solver/layout_grids.hpp>
#include <gradus/solver/obs_pass.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The rows of a matrix as floats.
template <class T> [[nodiscard]] std::vector<float> float_row(std::span<const T> row) {
    std::vector<float> values(row.size());
    for (index_t c = 0; c < row.size(); ++c) {
        values[c] = static_cast<float>(row[c]);
    }
    return values;
}

/// What an error in each column of the weights costs once all later ones have answered, U_jj^2:
/// what ranges and levels are fitted by. (By H_jj, a channel of massive activations rules its group
/// although others answer for nearly all of it: 3 bits in groups of sensitive columns then lost
/// half as much again on a small Llama.)
template <class T>
[[nodiscard]] std::vector<float> column_prices(const obs_factor<T>& f,
                                               std::span<const index_t> order) {
    std::vector<float> prices(f.size);
    for (index_t j = 0; j < f.size; ++j) {
        const T pivot = f.dead[j] != 0 ? T(0) : f.pivot(j);
        prices[order.empty() ? j : order[j]] = static_cast<float>(pivot * pivot);
    }
    return prices;
}

/// Which weights a sparsity will zero, as far as can be told beforehand; none where zeros are
/// chosen without regard to the codes.
template <class T, sparsity S>
[[nodiscard]] expected_zeros
expect_zeros(matrix_view<const T> w, const obs_factor<T>& f, const S& zeros, const obs_options& o) {
    expected_zeros gone;
    if constexpr (S::choice == zero_choice::matrix) {
        if (o.weigh_codes && zeros.share > 0.0) {
            gone.limit = doomed_magnitudes<T>(w, f, zeros.share, o.order, o.row_weights);
            for (const float x : o.row_weights) {
                gone.row_root.push_back(std::sqrt(x));
            }
        }
    } else if constexpr (S::choice == zero_choice::columns) {
        gone.keep = S::keep;
        gone.group = S::group;
        gone.pivot.resize(o.weigh_codes ? f.size : 0);
        for (index_t j = 0; j < gone.pivot.size(); ++j) {
            gone.pivot[o.order.empty() ? j : o.order[j]] = static_cast<float>(f.pivot(j));
        }
    }
    return gone;
}

/// Errors: groups of n:m columns that an order takes apart.
template <class T, sparsity S>
[[nodiscard]] status check_order(const obs_state<T>& s, std::span<const planned_run> runs) {
    if constexpr (S::choice == zero_choice::columns) {
        std::vector<index_t> group_of(s.weights.cols);
        index_t groups = 0;
        for (const planned_run& run : runs) {
            for (index_t c = 0; c < run.cols; ++c) {
                group_of[run.first + c] = groups + c / S::group;
            }
            groups += (run.cols + S::group - 1) / S::group;
        }
        for (const planned_block& b : s.plan.blocks()) {
            for (index_t j = b.first; j < b.end; ++j) {
                const index_t head = b.first + (j - b.first) / S::group * S::group;
                if (group_of[s.column(j)] == group_of[s.column(head)]) { continue; }
                return error{errc::invalid_argument,
                             "step " + std::to_string(j) + " behind '" + s.factor.name +
                                 "': the order takes the columns of a group of n:m apart"};
            }
        }
    }
    return done{};
}

/// Grids of all rows that are found by the weights as they are.
template <class T, executor E>
void fit_rows(const grid_fitter<T>& fitter,
              const obs_plan& plan,
              matrix_view<const T> w,
              E& threads) {
    threads.for_each((w.rows + panel_rows - 1) / panel_rows, [&](index_t p) {
        for (index_t r = p * panel_rows; r < std::min(w.rows, (p + 1) * panel_rows); ++r) {
            fitter.fit_row(plan, r, float_row<T>(w.row(r)));
        }
    });
}

/// What a matrix is solved with, beside its grids.
template <class T> struct obs_job {
    matrix_view<T> weights;
    const obs_factor<T>& factor;
    const obs_options& options;
    std::vector<float> importance;  ///< [cols] U_jj^2
    expected_zeros gone;
    std::vector<std::uint8_t> kept = {};  ///< [rows, cols] the support, where it is known before

    template <sparsity S>
    obs_job(matrix_view<T> w, const obs_factor<T>& f, const S& zeros, const obs_options& o)
        : weights{w},
          factor{f},
          options{o},
          importance{column_prices(f, o.order)},
          gone{expect_zeros<T>(w, f, zeros, o)} {}
};

/// Zeros that are chosen before everything else, if any are. Errors: those of `find_support`.
template <class T, sparsity S, executor E>
[[nodiscard]] status choose_zeros(obs_job<T>& job, obs_state<T>& s, const S& zeros, E& threads) {
    if (S::choice == zero_choice::none || job.options.quality == 0) { return done{}; }
    auto support = find_support(s, zeros, job.options.quality, threads);
    if (!support) { return support.error(); }
    job.kept = support.value().kept(threads);
    job.gone.kept = job.kept;
    job.gone.cols = job.weights.cols;
    return done{};
}

/// The first sweep, and those that refine it. Errors: those of `check_losses`.
template <class T, sparsity S, executor E>
[[nodiscard]] status sweep_on_grids(const obs_job<T>& job,
                                    obs_state<T>& s,
                                    const grid_fitter<T>& fitter,
                                    const grid_choice<T>& choose,
                                    const S& zeros,
                                    E& threads) {
    std::optional<matrix_grids<T>> few;
    const auto choice_for = [&](const std::vector<index_t>& which) {
        few.emplace(fitter.grids->of_rows(which));
        return std::pair{grid_choice<T>{&*few, {}},
                         grid_fitter<T>{&*few, fitter.importance, fitter.gone}};
    };
    return sweep_slices(s, choose, fitter, choice_for, zeros, job.kept, job.options.refine,
                        threads);
}

/// Solves a matrix on grids whose levels are there; codes [rows, cols].
/// Errors: zeros where a mapping has none; a scale that its format cannot hold; an order that takes
///         n:m groups apart; those of `find_support` and `check_losses`. The weights are then of no
///         use.
template <class T, sparsity S, executor E>
[[nodiscard]] result<obs_report> solve(obs_job<T>& job,
                                       matrix_grids<T>& grids,
                                       const S& zeros,
                                       matrix_view<code_t> codes,
                                       E& threads) {
    std::vector<planned_run> runs;
    for (index_t i = 0; i < grids.size(); ++i) {
        runs.push_back({grids[i].first, grids[i].cols, grids[i].group_cols});
    }
    const obs_options& o = job.options;
    const obs_plan plan{runs, o.order, o.grids, o.grid_block};
    obs_state<T> s{job.factor, job.weights, o.order, plan, slices_for(zeros, o, job.weights.rows)};
    s.gain = o.weigh_codes;
    s.rows = o.row_weights;
    if (status sound = check_order<T, S>(s, runs); !sound) { return sound.error(); }
    if (status found = choose_zeros(job, s, zeros, threads); !found) { return found.error(); }
    const grid_fitter<T> fitter{&grids, job.importance, &job.gone};
    fit_rows<T>(fitter, plan, job.weights, threads);
    for (index_t i = 0; S::choice != zero_choice::none && i < grids.size(); ++i) {
        if (const auto why = grids[i].without_zero()) { return *why; }
    }
    const status swept =
        sweep_on_grids(job, s, fitter, grid_choice<T>{&grids, codes}, zeros, threads);
    for (index_t i = 0; i < grids.size(); ++i) {
        if (const auto why = grids[i].unstorable()) { return *why; }
    }
    if (!swept) { return swept.error(); }
    obs_report report;
    write_report(s, report);
    return report;
}

/// Fits levels to a run's weights as they will be, where there are levels to fit. A sample of rows
/// is enough (quantize/train.hpp).
template <class T, layout_type L, class Range, executor E>
void train_levels(layout_grids<L, Range, T>& run,
                  const recipe<L, Range, nearest>& how,
                  const obs_job<T>& job,
                  E& threads) {
    if constexpr (trainable_mapping<typename L::mapping_type>) {
        const matrix_view<const T> w = job.weights.columns(run.first, run.cols);
        const index_t stride = training_stride({nullptr, w.rows, w.cols});
        std::vector<float> sample;
        for (index_t r = 0; r < w.rows; r += stride) {
            std::vector<float> row = float_row<T>(w.row(r));
            job.gone.clear(r, run.first, 0, row);
            sample.insert(sample.end(), row.begin(), row.end());
        }
        const weights_view rows{sample.data(), sample.size() / w.cols, w.cols};
        run.train(rows, how, floats{job.importance}.subspan(run.first, run.cols), threads);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
