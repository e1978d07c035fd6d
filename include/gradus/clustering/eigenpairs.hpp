// SPDX-License-Identifier: MIT
// What an eigensolver finds.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>

#include <concepts>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The first of all eigenvalues, by ascending value, and their vectors.
struct eigenpairs {
    std::vector<double> values;   ///< [count]
    std::vector<double> vectors;  ///< [n, count], row-major; each column has length 1
};

/// `e.smallest(a, count)`: of a symmetric matrix of finite numbers, 1 <= count <= rows.
template <class E>
concept eigensolver = requires(const E e, matrix_view<const double> a, index_t count) {
    { e.smallest(a, count) } -> std::same_as<result<eigenpairs>>;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
