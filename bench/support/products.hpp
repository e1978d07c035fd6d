// SPDX-License-Identifier: MIT
// The products of the library that are timed.
#pragma once

#include "product.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/layout/packed_view.hpp>

namespace gradus_bench {

/// Y = X W^T by gemv for one token, else by gemm. Defined for the measured layouts only, in
/// support/products_<form>.cpp: each takes the compiler a second.
template <gradus::layout_type L, activation_form Form>
void multiply(const gradus::packed_view<L>& w,
              gradus::matrix_view<const float> x,
              gradus::matrix_view<float> y,
              gradus::thread_pool& threads);

}  // namespace gradus_bench
