// SPDX-License-Identifier: MIT
// One term of a linear layer, whatever its storage.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/activations.hpp>
#include <gradus/kernels/f32_panels.hpp>
#include <gradus/kernels/gemm.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// A matrix W [rows, cols] that can be multiplied with; the storage is behind one indirect call.
class matrix_part {
  public:
    matrix_part() = default;
    matrix_part(const matrix_part&) = delete;
    matrix_part& operator=(const matrix_part&) = delete;
    virtual ~matrix_part() = default;

    [[nodiscard]] virtual index_t rows() const = 0;
    [[nodiscard]] virtual index_t cols() const = 0;

    /// Everything that the product needs: codes, scales, codebooks, positions.
    [[nodiscard]] virtual index_t size_in_bits() const = 0;

    /// y = x W^T, or y += x W^T. One token or many; does not allocate.
    virtual void multiply(matrix_view<const float> x,  // [tokens, cols]
                          matrix_view<float> y,        // [tokens, rows]
                          accumulation how) const = 0;
};

using part_pointer = std::shared_ptr<const matrix_part>;

/// What `gemm` multiplies with: the matrix itself, or a view that it gives.
template <class Matrix> [[nodiscard]] decltype(auto) operand_of(const Matrix& matrix) {
    if constexpr (requires { matrix.view(); }) {
        return matrix.view();
    } else {
        return (matrix);
    }
}

/// A matrix type that `gemm` knows.
template <class Matrix>
concept multipliable = std::movable<Matrix> &&
                       requires(const Matrix& m, matrix_view<const float> x, matrix_view<float> y) {
                           { m.rows() } -> std::convertible_to<index_t>;
                           { m.cols() } -> std::convertible_to<index_t>;
                           gemm(operand_of(m), x, y, accumulation::add);
                       };

/// The executor of parts that are given none.
inline constexpr serial calling_thread{};

/// Owns a matrix. Floats count 32 bits each; other storage states its size. `scheme` is how the
/// product sees the activations; `threads` share each product, must outlive the part, and unless
/// they are `serial` serve one call at a time.
template <multipliable Matrix, activation_scheme A = f32_activations, executor E = const serial>
class stored_part final : public matrix_part {
  public:
    explicit stored_part(Matrix matrix, A scheme = {}, E& threads = calling_thread)
        : matrix_{std::move(matrix)}, scheme_{scheme}, threads_{&threads} {}

    [[nodiscard]] index_t rows() const override { return matrix_.rows(); }

    [[nodiscard]] index_t cols() const override { return matrix_.cols(); }

    [[nodiscard]] index_t size_in_bits() const override {
        if constexpr (requires { matrix_.size_in_bits(); }) {
            return matrix_.size_in_bits();
        } else {
            return rows() * cols() * 32;
        }
    }

    void
    multiply(matrix_view<const float> x, matrix_view<float> y, accumulation how) const override {
        if constexpr (requires { gemm(operand_of(matrix_), x, y, how, scheme_, *threads_); }) {
            gemm(operand_of(matrix_), x, y, how, scheme_, *threads_);
        } else {
            static_assert(std::same_as<A, f32_activations>,
                          "the product with this matrix has no activation scheme; "
                          "add an overload of gemm that takes one to kernels/");
            if constexpr (requires { gemm(operand_of(matrix_), x, y, how, *threads_); }) {
                gemm(operand_of(matrix_), x, y, how, *threads_);
            } else {
                gemm(operand_of(matrix_), x, y, how);
            }
        }
    }

    [[nodiscard]] const Matrix& matrix() const noexcept { return matrix_; }

  private:
    Matrix matrix_;
    [[no_unique_address]] A scheme_;
    E* threads_;
};

/// A part of any storage: `make_part(f32_panels{weights})`, `make_part(quantize(weights, ...))`,
/// `make_part(quantize(weights, ...), int8_per_token{})`.
template <multipliable Matrix, activation_scheme A = f32_activations>
[[nodiscard]] part_pointer make_part(Matrix matrix, A scheme = {}) {
    return std::make_shared<const stored_part<Matrix, A>>(std::move(matrix), scheme);
}

/// The same with threads that share each product.
template <multipliable Matrix, activation_scheme A, executor E>
[[nodiscard]] part_pointer make_part(Matrix matrix, A scheme, E& threads) {
    return std::make_shared<const stored_part<Matrix, A, E>>(std::move(matrix), scheme, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
