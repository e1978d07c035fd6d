// SPDX-License-Identifier: MIT
// The grids of a run of columns, whatever its layout: what a sweep knows of quantization.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>
#include <gradus/layout/plain_codes.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// One grid for each row and group of columns [first, first + cols) of a matrix. A virtual call
/// costs as much as a sixteenth of what it does for sixteen rows; in exchange a sweep is compiled
/// once, not once a layout.
///
/// Rows come sixteen at a time and may exceed the matrix up to whole panels of 32: such grids have
/// scale zero.
template <class T> class run_grids {
  public:
    run_grids(index_t first_column, index_t column_count, index_t columns_of_group)
        : first{first_column}, cols{column_count}, group_cols{columns_of_group} {}

    run_grids(const run_grids&) = delete;
    run_grids& operator=(const run_grids&) = delete;
    virtual ~run_grids() = default;

    const index_t first;
    const index_t cols;
    const index_t group_cols;

    [[nodiscard]] index_t groups() const { return (cols + group_cols - 1) / group_cols; }

    /// The nearest values and their codes for x of rows [row, row + 16).
    virtual void choose(index_t row, index_t group, const T* x, T* value, T* code) const = 0;

    /// The codes of zero of the same rows.
    virtual void zero_codes(index_t row, index_t group, T* code) const = 0;

    /// Why zero is not a value of every grid; nothing where it is.
    [[nodiscard]] virtual std::optional<error> without_zero() const = 0;

    /// The values of codes of rows [row, row + 16).
    virtual void decode(index_t row, index_t group, const T* code, T* value) const = 0;

    /// The factor of all values of a row's group; 0 where they are all zero.
    [[nodiscard]] virtual float scale(index_t row, index_t group) const = 0;

    /// That factor as it would be stored.
    [[nodiscard]] virtual float stored(index_t row, float scale) const = 0;

    /// Sets it to what `stored` returned.
    virtual void rescale(index_t row, index_t group, float scale) = 0;

    /// Row words and the like: what is settled before any grid, by a row of the run as it was.
    virtual void begin_row(index_t row, floats values) = 0;

    /// The grid of a row's group from the group's values; `weights`: importances, or none.
    virtual void fit(index_t row, index_t group, floats values, floats weights) = 0;

    /// A row whose scale has no stored form, if any.
    [[nodiscard]] virtual std::optional<error> unstorable() const = 0;

    /// Copies of some rows' grids, row i being which[i]. They refer to this run, which must live.
    [[nodiscard]] virtual std::unique_ptr<run_grids>
    of_rows(std::span<const index_t> which) const = 0;

    /// Codes [rows, cols] of the run and the grids beside them.
    [[nodiscard]] virtual plain_codes plain(matrix_view<const code_t> codes) const = 0;

    /// Trained levels; empty where there are none.
    [[nodiscard]] virtual std::vector<float> codebook() const = 0;

    /// Whether importances make a difference to `fit`.
    [[nodiscard]] virtual bool weighs() const = 0;
};

/// A run whose weights are all pruned: no codes, no bits.
template <class T> class pruned_grids final : public run_grids<T> {
  public:
    pruned_grids(index_t first_column, index_t column_count)
        : run_grids<T>{first_column, column_count, column_count} {}

    void choose(index_t, index_t, const T*, T* value, T* code) const override {
        for (index_t r = 0; r < 16; ++r) {
            value[r] = code[r] = T(0);
        }
    }

    void zero_codes(index_t, index_t, T* code) const override {
        for (index_t r = 0; r < 16; ++r) {
            code[r] = T(0);
        }
    }

    [[nodiscard]] std::optional<error> without_zero() const override { return std::nullopt; }

    void decode(index_t, index_t, const T*, T* value) const override {
        for (index_t r = 0; r < 16; ++r) {
            value[r] = T(0);
        }
    }

    [[nodiscard]] float scale(index_t, index_t) const override { return 0.0f; }

    [[nodiscard]] float stored(index_t, float) const override { return 0.0f; }

    void rescale(index_t, index_t, float) override {}

    void begin_row(index_t, floats) override {}

    void fit(index_t, index_t, floats, floats) override {}

    [[nodiscard]] std::optional<error> unstorable() const override { return std::nullopt; }

    [[nodiscard]] std::unique_ptr<run_grids<T>> of_rows(std::span<const index_t>) const override {
        return std::make_unique<pruned_grids>(this->first, this->cols);
    }

    [[nodiscard]] plain_codes plain(matrix_view<const code_t>) const override { return {}; }

    [[nodiscard]] std::vector<float> codebook() const override { return {}; }

    [[nodiscard]] bool weighs() const override { return false; }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
