// SPDX-License-Identifier: MIT
// What a solver is asked for, what it reports, and the one pass in between.
#pragma once

#include <gradus/quantize/check_recipe.hpp>
#include <gradus/solver/check_losses.hpp>
#include <gradus/solver/refine.hpp>
#include <gradus/solver/zero_price.hpp>
#include <gradus/sparsity/n_of_m.hpp>
#include <gradus/sparsity/none.hpp>
#include <gradus/sparsity/unstructured.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

struct obs_options {
    /// Runs whose groups are scattered by `order`, or are no whole windows of 16 columns (nor
    /// whole parts of them, nor all of the run), are always `fixed`.
    grid_time grids = grid_time::fresh;
    index_t grid_block = 128;  ///< columns of `grid_time::blocks`

    /// Zeros are chosen by what they cost more than the nearest code; false: by their own cost
    /// alone, as SparseGPT does.
    bool weigh_codes = true;

    /// The column of the matrix at each step, as the factor has them; empty: as they lie.
    std::span<const index_t> order = {};

    /// Sweeps of coordinate descent after the first: see `refine_sweep`.
    int refine = 0;

    /// Iterations that choose the zeros beforehand, 6 to 10, for pruning alone or with 4 bits and
    /// more, and with some sweeps of `refine`: see `admm_support`. 0: zeros are chosen on the way,
    /// which with 2 bits is better by a sixth. Zeros that rounding makes come on top.
    int quality = 0;

    /// [rows] what errors of each row count, e.g. the diagonal of an output-side Hessian: in the
    /// choice of zeros among rows, and in the report. Empty: all alike.
    std::span<const float> row_weights = {};
};

/// What a sweep did. Loss: sum over rows of (w - q) H (w - q)^T with the damped H, which is
/// 2 ||(W - Q) X||^2 / tokens plus the damping's part.
/// Rows count as much as `obs_options::row_weights` says.
struct obs_report {
    double loss = 0.0;
    index_t zeros = 0;             ///< weights that are zero now, by choice or by rounding
    std::vector<double> row_loss;  ///< [rows]
};

/// The first row with NaN or infinity, if any.
template <class T, executor E>
[[nodiscard]] std::optional<index_t> nonfinite_row(matrix_view<const T> w, E& threads) {
    std::vector<index_t> bad((w.rows + panel_rows - 1) / panel_rows, w.rows);
    threads.for_each(bad.size(), [&](index_t p) {
        using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        constexpr word infinite = std::bit_cast<word>(std::numeric_limits<T>::infinity());
        for (index_t r = std::min(w.rows, (p + 1) * panel_rows); r-- != p * panel_rows;) {
            word largest = 0;  // by bits, a whole row at once: compilers vectorise this
            for (const T x : w.row(r)) {
                largest = std::max(largest, std::bit_cast<word>(x) & (~word{0} >> 1));
            }
            if (largest >= infinite) { bad[p] = r; }
        }
    });
    const index_t first = *std::min_element(bad.begin(), bad.end());
    if (first == w.rows) { return std::nullopt; }
    return first;
}

/// Errors: shapes that do not belong together, NaN or infinity in the weights, knobs.
template <class T, sparsity S, executor E>
[[nodiscard]] status check_obs(matrix_view<const T> w,
                               const obs_factor<T>& f,
                               const S& zeros,
                               const obs_options& o,
                               E& threads) {
    if (w.cols != f.size || w.rows == 0 || (!o.order.empty() && o.order.size() != w.cols)) {
        return error{errc::invalid_argument,
                     "matrix [" + std::to_string(w.rows) + ", " + std::to_string(w.cols) +
                         "] with a Hessian of '" + f.name + "', " + std::to_string(f.size) +
                         " columns, in an order of " + std::to_string(o.order.size())};
    }
    if (const auto r = nonfinite_row(w, threads)) {
        index_t c = 0;
        while (std::isfinite(w(*r, c))) {
            ++c;
        }
        return error{errc::nonfinite, "weight (" + std::to_string(*r) + ", " + std::to_string(c) +
                                          ") behind '" + f.name +
                                          "' is not finite; repair the checkpoint"};
    }
    if (o.grid_block < 16 || 128 % o.grid_block != 0) {
        return error{errc::invalid_argument, "grid_block is " + std::to_string(o.grid_block) +
                                                 " (expected 16, 32, 64 or 128)"};
    }
    const auto fit = [](float x) { return x > 0.0f && std::isfinite(x); };
    if (!o.row_weights.empty() && (o.row_weights.size() != w.rows ||
                                   !std::all_of(o.row_weights.begin(), o.row_weights.end(), fit))) {
        return error{errc::invalid_argument, "row_weights are " +
                                                 std::to_string(o.row_weights.size()) +
                                                 " values (expected a positive one for each row)"};
    }
    if (o.refine < 0) {
        return error{errc::invalid_argument,
                     "refine is " + std::to_string(o.refine) + " (expected a number of sweeps)"};
    }
    return check_knobs(zeros, "sparsity");
}

/// What is known of the zeros of a matrix before its first slice is swept.
template <class T> struct zero_budgets {
    std::optional<pilot<T>> tried = {};
    std::vector<index_t> of_slices = {};
};

/// Tries zeros out where one price is to be found for them.
template <class T, class ChoiceFor, sparsity S, executor E>
[[nodiscard]] zero_budgets<T>
plan_zeros(const obs_state<T>& s, const ChoiceFor& choice_for, const S& zeros, E& threads) {
    zero_budgets<T> plan;
    if constexpr (S::choice == zero_choice::matrix) {
        if (zeros.budget == zero_budget::block) { return plan; }
        plan.tried.emplace(send_pilot(s, zeros.share, choice_for, threads));
        plan.of_slices = split_zeros(s, plan.tried->static_price,
                                     zeros.zeros(s.weights.rows * s.weights.cols), threads);
    }
    return plan;
}

/// Sweeps all columns of the slice with the zeros that `zeros` asks for.
template <class T, class Choice, class Fitter, sparsity S, executor E>
void sweep(obs_state<T>& s,
           const Choice& choose,
           const Fitter& fitter,
           const S& zeros,
           const zero_budgets<T>& plan,
           E& threads) {
    const index_t rows = s.rows_of_slice();
    if constexpr (S::choice == zero_choice::matrix) {
        if (zeros.budget == zero_budget::block) {
            const auto block = [&](index_t count) {
                return std::min(zeros.zeros(rows * count) + 1, rows * count);
            };
            return sweep_cuts(s, choose, fitter, zeros.block, block, threads);
        }
        zero_price<T> price{*plan.tried, rows, s.weights.cols, plan.of_slices[s.slice],
                            zeros.share};
        sweep_priced(s, choose, fitter, price, threads);
    } else if constexpr (S::choice == zero_choice::columns) {
        const auto keep = [](index_t, index_t, index_t) {
            return keep_n_of_m<T, S::keep, S::group>{};
        };
        sweep_rows(s, choose, fitter, keep, threads);
    } else {
        const auto keep = [](index_t, index_t, index_t) { return keep_all{}; };
        sweep_rows(s, choose, fitter, keep, threads);
    }
}

/// The same for a support that is known: kept[row * n + column].
template <class T, class Choice, class Fitter, executor E>
void sweep_kept(obs_state<T>& s,
                const Choice& choose,
                const Fitter& fitter,
                std::span<const std::uint8_t> kept,
                E& threads) {
    const keep_known known{kept.data(), s.weights.rows, s.weights.cols};
    sweep_rows(s, choose, fitter, [&](index_t, index_t, index_t) { return known; }, threads);
}

/// The slices that a solver works in: one where all rows wait for each other, or are all wanted.
template <sparsity S>
[[nodiscard]] index_t slices_for(const S& zeros, const obs_options& o, index_t rows) {
    if constexpr (S::choice == zero_choice::matrix) {
        if (zeros.budget == zero_budget::block) { return 1; }
    }
    return S::choice != zero_choice::none && o.quality != 0 ? 1 : slices_of(rows);
}

/// Sweeps all slices, refines them and checks the first and the last. `kept`: the support, where it
/// is known. Errors: those of `check_losses`.
template <class T, class Choice, class Fitter, class ChoiceFor, sparsity S, executor E>
[[nodiscard]] status sweep_slices(obs_state<T>& s,
                                  const Choice& choose,
                                  const Fitter& fitter,
                                  const ChoiceFor& choice_for,
                                  const S& zeros,
                                  std::span<const std::uint8_t> kept,
                                  int refine,
                                  E& threads) {
    zero_budgets<T> plan;
    if (kept.empty()) { plan = plan_zeros(s, choice_for, zeros, threads); }
    for (index_t i = 0; i < s.slices; ++i) {
        s.begin_slice(i);
        if (kept.empty()) {
            sweep(s, choose, fitter, zeros, plan, threads);
        } else {
            sweep_kept(s, choose, fitter, kept, threads);
        }
        for (int k = 0; k < refine; ++k) {
            refine_sweep(s, choose, S::choice != zero_choice::none, threads);
        }
        if (i != 0 && i + 1 != s.slices) { continue; }
        if (status sound = check_losses(s, s.slices == 1 ? 2 : 1, threads); !sound) {
            return sound;
        }
    }
    return done{};
}

template <class T> void write_report(const obs_state<T>& s, obs_report& to) {
    to.row_loss = s.row_loss;
    for (index_t r = 0; r < to.row_loss.size(); ++r) {
        to.row_loss[r] *= static_cast<double>(s.row_weight(r));
    }
    for (const double loss : to.row_loss) {
        to.loss += loss;
    }
    to.zeros = s.earlier_zeros + s.zero_count();
}

}  // namespace GRADUS_ISA
}  // namespace gradus
