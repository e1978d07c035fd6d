// SPDX-License-Identifier: MIT
// y = W x: one token.
#pragma once

#include <gradus/kernels/gemm.hpp>

#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// y = w x for a packed view or anything that has one; errors, threads and schemes as in gemm.
template <class W, activation_scheme A = f32_activations, executor E = const serial>
void gemv(const W& w,
          std::span<const float> x,  // [cols]
          std::span<float> y,        // [rows]
          const A& scheme = {},
          E&& threads = serial{}) {
    gemm(w, matrix_view<const float>{x.data(), 1, x.size()},
         matrix_view<float>{y.data(), 1, y.size()}, accumulation::none, scheme, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
