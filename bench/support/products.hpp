// SPDX-License-Identifier: MIT
// The calls of the library that are timed: the one place that knows their signatures.
#pragma once

#include "product.hpp"

#include <gradus/core/executor.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/gemm.hpp>
#include <gradus/kernels/gemv.hpp>

namespace gradus_bench {

/// The forms of activations that the library multiplies.
template <activation_form Form> inline constexpr bool supported = Form == activation_form::f32;

/// Y = X W^T, with what it needs beside its arguments; made once and not timed.
template <activation_form Form> class multiplication {
  public:
    explicit multiplication(const product_shape& shape) : shape_{shape} {}

    template <gradus::layout_type L>
    void operator()(const gradus::packed_view<L>& w,
                    gradus::matrix_view<const float> x,
                    gradus::matrix_view<float> y) {
        if (shape_.tokens == 1) {
            gradus::gemv(w, x.row(0), y.row(0));
        } else {
            gradus::gemm(w, x, y);
        }
    }

  private:
    product_shape shape_;
};

/// More than one thread needs kernels that take an executor.
inline constexpr std::size_t most_threads = 1;

}  // namespace gradus_bench
