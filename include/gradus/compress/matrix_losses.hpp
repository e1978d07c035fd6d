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

/// D_j(b), the loss of column j at b bits, in units of the solver's loss: a sum over all rows and
/// columns is what the matrix loses if every column has b bits.
struct matrix_losses {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::vector<int> widths;                  ///< ascending
    std::vector<std::vector<double>> losses;  ///< [widths][cols], columns as they are stored
    double weight = 1.0;                      ///< of a unit of loss, in nats of the model

    /// Weights that are not zero, [widths][cols]; empty where nothing is pruned.
    std::vector<std::vector<double>> survivors = {};
    std::optional<survivor_pattern> pattern = {};  ///< of the zeros

    [[nodiscard]] double total(index_t width) const {
        double sum = 0.0;
        for (const double loss : losses[width]) {
            sum += loss;
        }
        return sum;
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

/// Solves a matrix whose columns have one recipe; the weights become the values of the codes.
template <class F>
concept matrix_solver = requires(const F& f, matrix_view<float> w, const run_recipe& recipe) {
    { f(w, recipe) } -> std::same_as<status>;
};

/// Solves the matrix once for each width, all columns alike, and tells the losses apart. At width 0
/// the whole matrix is pruned: columns that others could answer for then cost more than they would
/// alone, so that few are given up, and those that are cost no more than foreseen.
///
/// w: columns as they are stored, like the numbers in `f.order`. `solve`: with that factor and
/// order, and whatever zeros are wanted; `zeros`: whether there will be any. Errors: those of
/// `solve`.
template <matrix_solver Solve, executor E>
[[nodiscard]] result<matrix_losses> measure_losses(weights_view w,
                                                   const ordered_factor<float>& f,
                                                   std::span<const int> widths,
                                                   const run_rules& rules,
                                                   const Solve& solve,
                                                   bool zeros,
                                                   E& threads) {
    matrix_losses found{{}, w.rows, w.cols, {widths.begin(), widths.end()}, {}};
    const index_t rows = std::min(w.rows, measured_rows);
    const std::vector<float> before = sample_rows(w, rows);
    const matrix_view<const float> from{before.data(), rows, w.cols};
    const double share = static_cast<double>(w.rows) / static_cast<double>(rows);
    for (const int width : widths) {
        std::vector<float> after = before;
        const matrix_view<float> to{after.data(), rows, w.cols};
        if (width == 0) {
            std::fill(after.begin(), after.end(), 0.0f);
        } else {
            const run_recipe all{w.cols, layout_for(width, w.cols, rules.group), rules.range};
            if (status solved = solve(to, all); !solved) { return solved.error(); }
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

}  // namespace GRADUS_ISA
}  // namespace gradus
