// SPDX-License-Identifier: MIT
// What each width of code costs a matrix, column by column, as measured.
#pragma once

#include <gradus/compress/compress_menu.hpp>
#include <gradus/solver/obs_mixed.hpp>
#include <gradus/solver/step_order.hpp>

#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A group of as many columns as a run has, which then lies in one cluster of columns: one scale a
/// row and cluster, where the whole cluster has one width.
inline constexpr index_t whole_cluster = ~index_t{0};

/// A way to store a column.
struct code_option {
    int width = 0;      ///< bits of a code; 0: pruned
    index_t group = 0;  ///< columns that share a scale, or `whole_cluster`
};

/// D_j(b), the loss of column j at b bits, in units of the solver's loss: a sum over all rows and
/// columns is what the matrix loses if every column has b bits.
struct matrix_losses {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::vector<int> widths;                  ///< ascending; of each option
    std::vector<std::vector<double>> losses;  ///< [widths][cols], columns as they are stored
    double weight = 1.0;                      ///< of a unit of loss, in nats of the model

    /// Weights that are not zero, [widths][cols]; empty where nothing is pruned.
    std::vector<std::vector<double>> survivors = {};
    std::optional<survivor_pattern> pattern = {};  ///< of the zeros

    /// Columns that share a scale, [widths], falling where widths are equal; empty: all as the
    /// rules say.
    std::vector<index_t> groups = {};
    std::vector<index_t> clusters = {};  ///< first column of each, ascending from 0; empty: one

    [[nodiscard]] double total(index_t width) const {
        double sum = 0.0;
        for (const double loss : losses[width]) {
            sum += loss;
        }
        return sum;
    }

    /// Where the cluster of a column ends.
    [[nodiscard]] index_t cluster_end(index_t col) const {
        const auto next = std::upper_bound(clusters.begin(), clusters.end(), col);
        return next == clusters.end() ? cols : *next;
    }

    /// Where it begins.
    [[nodiscard]] index_t cluster_begin(index_t col) const {
        const auto next = std::upper_bound(clusters.begin(), clusters.end(), col);
        return next == clusters.begin() ? 0 : *(next - 1);
    }
};

/// How losses are measured and matrices solved.
struct run_rules {
    index_t group = 64;
    any_range range = {mse_search{}};
    grid_time grids = grid_time::fixed;
    int refine = 0;
};

/// Rows that a measurement looks at: evenly spread ones of a matrix that has more.
inline constexpr index_t measured_rows = 256;

/// Per column: sum over rows of (e U)_j^2, e = w - q in processing order. Decisions at other
/// columns are in it: what column j had to answer for them, it answers in its own square.
template <class T, executor E>
[[nodiscard]] std::vector<double> column_losses(matrix_view<const T> before,
                                                matrix_view<const T> after,
                                                const ordered_factor<T>& f,
                                                E& threads) {
    const index_t n = before.cols;
    std::vector<double> losses(n);
    std::vector<double> errors(before.rows * n);  // [rows][steps], scaled by s
    for (index_t r = 0; r < before.rows; ++r) {
        for (index_t j = 0; j < n; ++j) {
            const index_t c = f.order[j];
            errors[r * n + j] = static_cast<double>(before(r, c) - after(r, c)) *
                                static_cast<double>(f.factor.root[j]);
        }
    }
    threads.for_each(n, [&](index_t j) {
        const T* const row = f.factor.values.data() + j * n;
        double total = 0.0;
        for (index_t r = 0; r < before.rows; ++r) {
            double sum = 0.0;
            for (index_t i = 0; i <= j; ++i) {
                sum += errors[r * n + i] * static_cast<double>(row[i]);
            }
            total += sum * sum;
        }
        losses[f.order[j]] = total;
    });
    return losses;
}

/// The rows of a matrix that are measured.
[[nodiscard]] inline std::vector<float> sample_rows(weights_view w, index_t count) {
    std::vector<float> rows;
    for (index_t i = 0; i < count; ++i) {
        const floats row = w.row((2 * i + 1) * w.rows / (2 * count));
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return rows;
}

/// Weights of each column that are not zero, times `share`.
[[nodiscard]] inline std::vector<double> survivors_of(matrix_view<const float> w, double share) {
    std::vector<double> counts(w.cols);
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t j = 0; j < w.cols; ++j) {
            counts[j] += w(r, j) != 0.0f ? share : 0.0;
        }
    }
    return counts;
}

/// Solves a matrix whose columns are cut into runs; the weights become the values of the codes.
template <class F>
concept matrix_solver = requires(const F& f, matrix_view<float> w, std::span<const run_recipe> r) {
    { f(w, r) } -> std::same_as<status>;
};

/// All columns stored in one way: a run, or one for each cluster.
[[nodiscard]] inline std::vector<run_recipe>
runs_of(const matrix_losses& m, const code_option& option, const run_rules& rules) {
    if (option.group != whole_cluster) {
        return {{m.cols, layout_for(option.width, m.cols, option.group), rules.range}};
    }
    std::vector<run_recipe> runs;
    for (index_t first = 0; first < m.cols; first = m.cluster_end(first)) {
        const index_t cols = m.cluster_end(first) - first;
        runs.push_back({cols, layout_for(option.width, cols, cols), rules.range});
    }
    return runs;
}

/// Solves the matrix once for each option, all columns alike, and tells the losses apart. At width
/// 0 the whole matrix is pruned: columns that others could answer for then cost more than they
/// would alone, so that few are given up, and those that are cost no more than foreseen.
///
/// w: columns as they are stored, like the numbers in `f.order` and `clusters`. `options`: by
/// ascending width, then falling group. `solve`: with that factor and order, and whatever zeros are
/// wanted; `zeros`: whether there will be any. Errors: those of `solve`.
template <matrix_solver Solve, executor E>
[[nodiscard]] result<matrix_losses> measure_losses(weights_view w,
                                                   const ordered_factor<float>& f,
                                                   std::span<const code_option> options,
                                                   std::span<const index_t> clusters,
                                                   const run_rules& rules,
                                                   const Solve& solve,
                                                   bool zeros,
                                                   E& threads) {
    matrix_losses found{.name = {}, .rows = w.rows, .cols = w.cols, .widths = {}, .losses = {}};
    found.clusters.assign(clusters.begin(), clusters.end());
    const index_t rows = std::min(w.rows, measured_rows);
    const std::vector<float> before = sample_rows(w, rows);
    const matrix_view<const float> from{before.data(), rows, w.cols};
    const double share = static_cast<double>(w.rows) / static_cast<double>(rows);
    for (const code_option& option : options) {
        found.widths.push_back(option.width);
        found.groups.push_back(option.group);
        std::vector<float> after = before;
        const matrix_view<float> to{after.data(), rows, w.cols};
        if (option.width == 0) {
            std::fill(after.begin(), after.end(), 0.0f);
        } else if (status solved = solve(to, runs_of(found, option, rules)); !solved) {
            return solved.error();
        }
        std::vector<double> losses = column_losses<float>(from, to, f, threads);
        for (double& loss : losses) {
            loss *= share;
        }
        found.losses.push_back(std::move(losses));
        if (zeros) { found.survivors.push_back(survivors_of({after.data(), rows, w.cols}, share)); }
    }
    return found;
}

/// The same for widths alone, with groups as the rules say.
template <matrix_solver Solve, executor E>
[[nodiscard]] result<matrix_losses> measure_losses(weights_view w,
                                                   const ordered_factor<float>& f,
                                                   std::span<const int> widths,
                                                   const run_rules& rules,
                                                   const Solve& solve,
                                                   bool zeros,
                                                   E& threads) {
    std::vector<code_option> options;
    for (const int width : widths) {
        options.push_back({width, rules.group});
    }
    return measure_losses(w, f, options, {}, rules, solve, zeros, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
