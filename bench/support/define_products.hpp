// SPDX-License-Identifier: MIT
// The calls of the library that are timed: the one place that knows their signatures.
#pragma once

#include "product_layouts.hpp"
#include "products.hpp"

#include <gradus/kernels/gemv.hpp>

namespace gradus_bench {

/// The library's scheme for a form of activations.
template <activation_form Form> constexpr auto scheme_of() {
    if constexpr (Form == activation_form::f32) {
        return gradus::f32_activations{};
    } else if constexpr (Form == activation_form::int8_per_token) {
        return gradus::int8_per_token{};
    } else {
        return gradus::int8_per_group<32>{};
    }
}

template <gradus::layout_type L, activation_form Form>
void multiply(const gradus::packed_view<L>& w,
              gradus::matrix_view<const float> x,
              gradus::matrix_view<float> y,
              gradus::thread_pool& threads) {
    constexpr auto scheme = scheme_of<Form>();
    if (x.rows == 1) {
        gradus::gemv(w, x.row(0), y.row(0), scheme, threads);
    } else {
        gradus::gemm(w, x, y, gradus::accumulation::none, scheme, threads);
    }
}

/// Names the definition for every measured layout, so that it is there to link.
template <activation_form Form> void define_products() {
    for_each_product_layout([]<class L>() {
        if constexpr (measured<L, Form>) {
            const volatile auto defined = &multiply<L, Form>;
            static_cast<void>(defined);
        }
    });
}

}  // namespace gradus_bench
