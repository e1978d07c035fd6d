// SPDX-License-Identifier: MIT
// A part that covers a run of a matrix's columns.
#pragma once

#include <gradus/model/matrix_part.hpp>

#include <memory>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// A matrix [rows, cols] that is another part in the columns from `first` on, and zero elsewhere.
/// Only that slice of the input is read, so runs side by side cost what one whole matrix does.
class column_run_part final : public matrix_part {
  public:
    column_run_part(part_pointer run, index_t first, index_t cols)
        : run_{std::move(run)}, first_{first}, cols_{cols} {
        GRADUS_EXPECT(run_ != nullptr && first <= cols && run_->cols() <= cols - first);
    }

    [[nodiscard]] index_t rows() const override { return run_->rows(); }

    [[nodiscard]] index_t cols() const override { return cols_; }

    [[nodiscard]] index_t size_in_bits() const override { return run_->size_in_bits(); }

    void
    multiply(matrix_view<const float> x, matrix_view<float> y, accumulation how) const override {
        run_->multiply(x.columns(first_, run_->cols()), y, how);
    }

    [[nodiscard]] index_t first() const noexcept { return first_; }

    [[nodiscard]] const part_pointer& run() const noexcept { return run_; }

  private:
    part_pointer run_;
    index_t first_;
    index_t cols_;
};

/// `run` as a part of a matrix that is `cols` wide; the run itself where it covers all of it.
[[nodiscard]] inline part_pointer place_run(part_pointer run, index_t first, index_t cols) {
    if (first == 0 && run->cols() == cols) { return run; }
    return std::make_shared<const column_run_part>(std::move(run), first, cols);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
