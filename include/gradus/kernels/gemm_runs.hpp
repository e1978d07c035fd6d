// SPDX-License-Identifier: MIT
// Y = X W^T for a matrix in runs of columns, each of its own type.
#pragma once

#include <gradus/kernels/gemm.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// y (+)= x [w_0 | w_1 | ...]^T: each run multiplies the columns of x that follow those of the run
/// before, and adds to y. Errors and order of sums are those of each `gemm`, run after run.
/// `w...` are views (packed_view, sparse_f16_view); their columns add up to those of x.
template <class... Views>
    requires(sizeof...(Views) > 0)
void gemm_runs(matrix_view<const float> x,  // [tokens, cols]
               matrix_view<float> y,        // [tokens, rows]
               accumulation how,
               const Views&... w) {
    GRADUS_EXPECT((w.cols + ...) == x.cols);
    index_t first = 0;
    const auto multiply = [&](const auto& run) {
        gemm(run, x.columns(first, run.cols), y, how);
        how = accumulation::add;
        first += run.cols;
    };
    (multiply(w), ...);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
