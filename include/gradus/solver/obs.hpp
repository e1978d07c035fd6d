// SPDX-License-Identifier: MIT
// Optimal brain surgeon: prune and quantize a matrix, later columns answering for earlier ones.
#pragma once

#include <gradus/quantize/quantize.hpp>
#include <gradus/solver/check_losses.hpp>
#include <gradus/solver/obs_pass.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Prunes without quantizing: `weights` [rows, n] become those that are left.
/// Errors: those of `check_obs` and, afterwards, of `check_losses`.
template <class T, sparsity S, executor E = const serial>
[[nodiscard]] result<obs_report> obs(matrix_view<T> weights,
                                     const obs_factor<T>& factor,
                                     unquantized,
                                     const S& zeros,
                                     const obs_options& options = {},
                                     E&& threads = serial{}) {
    if (status sound = check_obs<T>(weights, factor, zeros, options); !sound) {
        return sound.error();
    }
    obs_state<T> s{factor, weights, options.order};
    const auto alone = [](const std::vector<index_t>&) {
        return std::pair{free_choice{}, no_fitter{}};
    };
    sweep(s, free_choice{}, no_fitter{}, alone, zeros, threads);
    if (status sound = check_losses(s, threads); !sound) { return sound.error(); }
    obs_report report;
    write_report(s, report);
    return report;
}

/// The rows of a matrix as floats.
template <class T> [[nodiscard]] std::vector<float> float_row(std::span<const T> row) {
    std::vector<float> values(row.size());
    for (index_t c = 0; c < row.size(); ++c) {
        values[c] = static_cast<float>(row[c]);
    }
    return values;
}

/// H_jj of each column of the weights, where the range makes use of it.
template <class T, class Range>
[[nodiscard]] std::vector<float>
curvatures(const obs_factor<T>& f, const Range& range, std::span<const index_t> order) {
    std::vector<float> h;
    if (!uses_importance(range)) { return h; }
    h.resize(f.size);
    for (index_t j = 0; j < f.size; ++j) {
        h[order.empty() ? j : order[j]] = f.curvature(j);
    }
    return h;
}

/// Codes, scales and zero points by rows.
template <layout_type L>
[[nodiscard]] plain_codes
plain_from(const row_grids<L>& grids, std::vector<code_t> codes, index_t rows, index_t cols) {
    plain_codes plain{rows, cols, rows, grids.groups, std::move(codes), {}, {}, {}};
    for (index_t r = 0; r < rows; ++r) {
        for (index_t g = 0; g < grids.groups; ++g) {
            plain.scales.push_back(grids.scale[g * grids.rows + r]);
            if constexpr (has_zero_point<typename L::mapping_type>) {
                plain.zeros.push_back(grids.at(r, g).zero);
            }
        }
    }
    if constexpr (L::scale_type::row_bits != 0) {
        plain.row_words.assign(grids.words.begin(),
                               grids.words.begin() + static_cast<std::ptrdiff_t>(rows));
    }
    return plain;
}

/// Steps whose groups are fitted together; 0 where all are fitted beforehand.
template <layout_type L>
[[nodiscard]] index_t fitted_span(const obs_options& o, index_t group_cols) {
    if (o.grids == grid_time::fixed || !o.order.empty() || 128 % group_cols != 0) { return 0; }
    return o.grids == grid_time::blocks ? std::max(o.grid_block, group_cols)
                                        : std::max(window_columns, group_cols);
}

/// Magnitudes up to which the columns' weights are likely to be zeroed; empty where none is, or
/// where zeros are chosen without regard to the codes.
template <class T, sparsity S>
[[nodiscard]] std::vector<float> expected_zeros(matrix_view<const T> w,
                                                const obs_factor<T>& f,
                                                const S& zeros,
                                                const obs_options& o) {
    if constexpr (S::choice == zero_choice::matrix) {
        if (o.weigh_codes && zeros.share > 0.0) {
            return doomed_magnitudes<T>(w, f, zeros.share, o.order);
        }
    }
    return {};
}

/// All grids of all rows, by the weights as they are.
template <class T, class Fitter, executor E>
void fit_rows(const Fitter& fitter, matrix_view<const T> w, E& threads) {
    threads.for_each((w.rows + panel_rows - 1) / panel_rows, [&](index_t p) {
        for (index_t r = p * panel_rows; r < std::min(w.rows, (p + 1) * panel_rows); ++r) {
            fitter.fit_row(r, float_row<T>(w.row(r)));
        }
    });
}

template <mapping M> [[nodiscard]] error no_level_at_zero() {
    return {errc::invalid_argument, "mapping '" + std::string{name_of<M>()} +
                                        "' has no level at zero (pruned weights need one); another "
                                        "mapping, or prune alone"};
}

/// Quantizes by a recipe, with the zeros of a sparsity beside: `weights` [rows, n] become the
/// values of the codes. Ranges that can are weighted by H_jj. Rounding is to the nearest level of
/// what a weight has become by then.
///
/// Memory: errors [rows, n] and the sums of 512 columns, beside weights, codes and factor.
/// Flops:  rows n^2, nearly all in products. Bits do not depend on the executor.
/// Errors: those of `check_obs` and, afterwards, of `check_losses`; knobs of the recipe; zeros
/// where
///         the mapping has none; a scale that its format cannot hold. The weights are then of no
///         use.
template <class T, layout_type L, class Range, sparsity S, executor E = const serial>
    requires(!L::grouping_type::spans_rows)
[[nodiscard]] result<obs_codes<L>> obs(matrix_view<T> weights,
                                       const obs_factor<T>& factor,
                                       const recipe<L, Range, nearest>& how,
                                       const S& zeros,
                                       const obs_options& options = {},
                                       E&& threads = serial{}) {
    if (status sound = check_obs<T>(weights, factor, zeros, options); !sound) {
        return sound.error();
    }
    if (status sound = check_recipe(how, false); !sound) { return sound.error(); }
    const index_t rows = weights.rows;
    const index_t n = weights.cols;
    obs_codes<L> out{{}, {}, how.map, how.groups};
    const std::vector<float> importance = curvatures(factor, how.range, options.order);
    if constexpr (trainable_mapping<typename L::mapping_type> && std::is_same_v<T, float>) {
        out.map = trained_mapping(weights_view{weights}, how, importance, threads);
    }
    const geometry<L> shape{rows, n, how.groups};
    row_grids<L> grids{rows, n, shape.group_cols};
    std::atomic<index_t> bad = ~index_t{0};
    const std::vector<float> doomed = expected_zeros<T>(weights, factor, zeros, options);
    using fitter_type = grid_fitter<L, Range, nearest>;
    const fitter_type fitter{{shape, &out.map, &how.range, &how.rounding, importance, {}},
                             &grids,
                             fitted_span<L>(options, shape.group_cols),
                             &bad,
                             doomed};
    fit_rows<T>(fitter, weights, threads);
    std::vector<code_t> codes(rows * n);
    const grid_choice<L> choose{&out.map, &grids, {codes.data(), rows, n}};
    if (S::choice != zero_choice::none && !choose.holds_zero()) {
        return no_level_at_zero<typename L::mapping_type>();
    }
    obs_state<T> s{factor, weights, options.order};
    s.gain = options.weigh_codes;
    row_grids<L> few{pilot_rows, n, shape.group_cols};
    const auto choice_for = [&](const std::vector<index_t>& which) {
        few.take_rows(grids, which);
        return std::pair{grid_choice<L>{&out.map, &few, {}},
                         fitter_type{fitter.job, &few, fitter.span, &bad, fitter.doomed}};
    };
    sweep(s, choose, fitter, choice_for, zeros, threads);
    if (bad != ~index_t{0}) { return scale_error<L>(bad, 0); }
    if (status sound = check_losses(s, threads); !sound) { return sound.error(); }
    write_report(s, out);
    out.codes = plain_from<L>(grids, std::move(codes), rows, n);
    return out;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
