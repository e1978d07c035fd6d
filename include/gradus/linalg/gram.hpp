// SPDX-License-Identifier: MIT
// Sums of squares and products of features over tokens.
#pragma once

#include <gradus/linalg/product.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// C += X^T X, lower triangle: X [tokens, n], C [n, n]. Nothing above the diagonal is written.
/// Order of the sums, errors and threads: see `multiply`. Flops: tokens n^2.
template <class T, executor E = const serial>
void add_gram(matrix_view<const T> x, matrix_view<T> c, E&& threads = serial{}) {
    const auto side = operand<T>::down_rows(x);
    multiply<product_sign::plus, product_part::lower>(side, side, c, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
