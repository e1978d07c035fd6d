// SPDX-License-Identifier: MIT
// What happens to the input of a linear layer before its matrices: a permutation, a rotation.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <memory>

namespace gradus {
inline namespace GRADUS_ISA {

/// Shared by all layers with the same input, which is why it is held by a shared pointer. An
/// implementation may also look and change nothing: that is how activations are recorded.
class input_transform {
  public:
    input_transform() = default;
    input_transform(const input_transform&) = delete;
    input_transform& operator=(const input_transform&) = delete;
    virtual ~input_transform() = default;

    /// Of its input and of its output.
    [[nodiscard]] virtual index_t width() const = 0;

    /// What is stored for it: signs, positions, factors.
    [[nodiscard]] virtual index_t size_in_bits() const = 0;

    /// Called from several threads at once. x and y do not overlap.
    virtual void apply(matrix_view<const float> x,       // [tokens, width]
                       matrix_view<float> y) const = 0;  // [tokens, width]
};

using transform_pointer = std::shared_ptr<const input_transform>;

}  // namespace GRADUS_ISA
}  // namespace gradus
