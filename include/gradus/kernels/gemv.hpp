// SPDX-License-Identifier: MIT
// y = W x with float activations.
#pragma once

#include <gradus/kernels/gemm.hpp>

#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// y = w x. Does not allocate; y may not alias x.
template <layout_type L>
void gemv(const packed_view<L>& w,
          std::span<const float> x,  // [cols]
          std::span<float> y) {      // [rows]
    GRADUS_EXPECT(x.size() == w.cols && y.size() == w.rows);
    gemm(w, matrix_view<const float>{x.data(), 1, x.size()},
         matrix_view<float>{y.data(), 1, y.size()});
}

/// The same for a matrix that owns its bytes (or anything else with a packed `view()`).
template <viewed_as_packed W> void gemv(const W& w, std::span<const float> x, std::span<float> y) {
    gemv(w.view(), x, y);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
