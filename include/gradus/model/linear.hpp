// SPDX-License-Identifier: MIT
// A linear layer: a sum of matrices of any storage behind an optional transform of the input.
#pragma once

#include <gradus/kernels/f32_dot.hpp>
#include <gradus/model/input_transform.hpp>
#include <gradus/model/matrix_part.hpp>
#include <gradus/model/workspace.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

///     y = sum_k T(x) W_k^T + bias
///
/// Copies share their parts, so a changed copy of a model costs what was changed.
class linear {
  public:
    /// `bias` is empty or has one value a row.
    explicit linear(std::vector<part_pointer> parts,
                    std::vector<float> bias = {},
                    transform_pointer transform = {})
        : bias_{std::move(bias)} {
        set(std::move(parts), std::move(transform));
        GRADUS_EXPECT(bias_.empty() || bias_.size() == rows());
    }

    /// Replaces matrices and transform, and keeps the bias. All parts have one shape.
    void set(std::vector<part_pointer> parts, transform_pointer transform = {}) {
        GRADUS_EXPECT(!parts.empty());
        GRADUS_EXPECT(std::all_of(parts.begin(), parts.end(), [&](const part_pointer& part) {
            return part->rows() == parts[0]->rows() && part->cols() == parts[0]->cols();
        }));
        GRADUS_EXPECT(transform == nullptr || transform->width() == parts[0]->cols());
        parts_ = std::move(parts);
        transform_ = std::move(transform);
    }

    [[nodiscard]] index_t rows() const { return parts_[0]->rows(); }

    [[nodiscard]] index_t cols() const { return parts_[0]->cols(); }

    [[nodiscard]] const std::vector<part_pointer>& parts() const noexcept { return parts_; }

    [[nodiscard]] const transform_pointer& transform() const noexcept { return transform_; }

    [[nodiscard]] floats bias() const noexcept { return bias_; }

    /// Of the parts alone: a transform may be shared by several layers and is counted once.
    [[nodiscard]] index_t size_in_bits() const {
        index_t bits = 0;
        for (const part_pointer& part : parts_) {
            bits += part->size_in_bits();
        }
        return bits;
    }

    /// Floats taken from the workspace, with or without a transform: parts can change later.
    [[nodiscard]] index_t scratch(index_t tokens) const {
        return workspace::cost(tokens, cols()) + workspace::cost(tokens, rows());
    }

    /// y = layer(x).
    void operator()(matrix_view<const float> x,  // [tokens, cols]
                    matrix_view<float> y,        // [tokens, rows]
                    workspace& memory) const {
        run(x, y, accumulation::none, memory);
    }

    /// y += gain * layer(x).
    void add(matrix_view<const float> x,  // [tokens, cols]
             matrix_view<float> y,        // [tokens, rows]
             float gain,
             workspace& memory) const {
        if (gain == 1.0f) { return run(x, y, accumulation::add, memory); }
        workspace::scope scope{memory};
        const matrix_view<float> result = scope.take(y.rows, y.cols);
        run(x, result, accumulation::none, memory);
        for (index_t t = 0; t < y.rows; ++t) {
            add_scaled(gain, result.row(t), y.row(t));
        }
    }

  private:
    void run(matrix_view<const float> x,
             matrix_view<float> y,
             accumulation how,
             workspace& memory) const {
        GRADUS_EXPECT(x.rows == y.rows && x.cols == cols() && y.cols == rows());
        workspace::scope scope{memory};
        matrix_view<const float> input = x;
        if (transform_ != nullptr) {
            const matrix_view<float> transformed = scope.take(x.rows, x.cols);
            transform_->apply(x, transformed);
            input = transformed;
        }
        for (const part_pointer& part : parts_) {
            part->multiply(input, y, how);
            how = accumulation::add;
        }
        if (bias_.empty()) { return; }
        for (index_t t = 0; t < y.rows; ++t) {
            add_scaled(1.0f, bias_, y.row(t));
        }
    }

    std::vector<part_pointer> parts_;
    std::vector<float> bias_;
    transform_pointer transform_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
