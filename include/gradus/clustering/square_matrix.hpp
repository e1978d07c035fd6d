// SPDX-License-Identifier: MIT
// A square matrix that owns its numbers.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// n x n, row-major, zero at first.
class square_matrix {
  public:
    explicit square_matrix(index_t n) : size_{n}, values_(n * n, 0.0) {}

    [[nodiscard]] index_t size() const noexcept { return size_; }

    [[nodiscard]] double& operator()(index_t i, index_t j) { return values_[i * size_ + j]; }

    [[nodiscard]] double operator()(index_t i, index_t j) const { return values_[i * size_ + j]; }

    [[nodiscard]] matrix_view<const double> view() const { return {values_.data(), size_, size_}; }

  private:
    index_t size_;
    std::vector<double> values_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
