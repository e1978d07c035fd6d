// SPDX-License-Identifier: MIT
// The order of columns that leaves least error, found by trying.
#pragma once

#include <gradus/solver/obs_mixed.hpp>
#include <gradus/solver/step_order.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The runs of a matrix with the bits of their codes (0 where all is pruned).
/// Errors: those of `check_runs` and `visit_layout`.
template <class Menu>
[[nodiscard]] result<std::vector<run_width>> widths_of(std::span<const run_recipe> runs,
                                                       index_t cols) {
    if (status sound = check_runs(runs, cols); !sound) { return sound.error(); }
    std::vector<run_width> widths;
    index_t first = 0;
    for (const run_recipe& run : runs) {
        run_width w{{first, run.cols, run.cols}, 0};
        first += run.cols;
        if (!run.layout.empty()) {
            const status known = visit_layout<Menu>(
                run.layout, [&]<class L>(const layout_choice<L>& choice) -> status {
                    w.bits = L::mapping_type::bits;
                    w.run.group_cols = choice.groups.columns(run.cols);
                    return done{};
                });
            if (!known) { return known.error(); }
        }
        widths.push_back(w);
    }
    return widths;
}

/// A matrix in the best of several orders.
struct best_order {
    index_t index = 0;           ///< of the order
    std::vector<double> losses;  ///< of each
    mixed_codes codes;
};

/// `obs_mixed` once for each of the orders, whose factors may serve all matrices that read the same
/// input; the least loss stays (the first one where they tie). Damping by columns makes losses
/// comparable. Memory: two more copies of the weights.
/// Errors: those of `obs_mixed`; no order at all.
template <class Menu, class T, sparsity S, executor E = const serial>
[[nodiscard]] result<best_order> obs_mixed(matrix_view<T> weights,
                                           std::span<const ordered_factor<T>> orders,
                                           std::span<const run_recipe> runs,
                                           const S& zeros,
                                           const obs_options& options = {},
                                           E&& threads = serial{}) {
    if (orders.empty()) { return error{errc::invalid_argument, "no order of columns to try"}; }
    std::vector<T> before;
    for (index_t r = 0; r < weights.rows; ++r) {
        before.insert(before.end(), weights.row(r).begin(), weights.row(r).end());
    }
    best_order best;
    for (index_t i = 0; i < orders.size(); ++i) {
        std::vector<T> tried = before;
        obs_options o = options;
        o.order = orders[i].order;
        auto codes = obs_mixed<Menu>(matrix_view<T>{tried.data(), weights.rows, weights.cols},
                                     orders[i].factor, runs, zeros, o, threads);
        if (!codes) { return codes.error(); }
        best.losses.push_back(codes.value().loss);
        if (i != 0 && !(codes.value().loss < best.codes.loss)) { continue; }
        best.index = i;
        best.codes = std::move(*codes);
        for (index_t r = 0; r < weights.rows; ++r) {
            std::copy_n(tried.data() + r * weights.cols, weights.cols, weights.row(r).data());
        }
    }
    return best;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
