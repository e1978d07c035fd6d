// SPDX-License-Identifier: MIT
// The products of the library that are timed.
#pragma once

#include "product.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/layout/packed_view.hpp>

namespace gradus_bench {

/// Whether a layout is multiplied with a form of activations here: int8 a token with all, int8 a
/// group with groups, f32 with 4 bits. All with all would compile for several minutes more.
template <gradus::layout_type L, activation_form Form>
inline constexpr bool measured =
    Form == activation_form::int8_per_token ||
    (Form == activation_form::int8_per_group && requires { L::grouping_type::size; }) ||
    (Form == activation_form::f32 && L::mapping_type::bits == 4);

/// Y = X W^T by gemv for one token, else by gemm. Defined for the measured layouts only, in
/// support/products_<form>.cpp: each takes the compiler a second.
template <gradus::layout_type L, activation_form Form>
void multiply(const gradus::packed_view<L>& w,
              gradus::matrix_view<const float> x,
              gradus::matrix_view<float> y,
              gradus::thread_pool& threads);

}  // namespace gradus_bench
