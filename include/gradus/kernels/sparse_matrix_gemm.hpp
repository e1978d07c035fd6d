// SPDX-License-Identifier: MIT
// Y = X W^T for a pruned and quantized matrix.
#pragma once

#include <gradus/kernels/gemm.hpp>
#include <gradus/kernels/sparse_decode.hpp>
#include <gradus/kernels/sparse_multiply_tile.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// y (+)= x w^T. Schemes, errors, threads and NaN as for the dense matrix with the code of zero in
/// every place that does not survive: integer sums of a segment are the same, the order in which
/// segments are added may differ. Does not allocate (at most 220 KiB of stack); y may not alias x.
template <layout_type L,
          activation_value X,
          activation_scheme A = f32_activations,
          executor E = const serial>
void gemm(const sparse_matrix_view<L>& w,
          matrix_view<const X> x,  // [tokens, cols]
          matrix_view<float> y,    // [tokens, rows]
          accumulation how = accumulation::none,
          const A& scheme = {},
          E&& threads = serial{}) {
    using grids = grids_of_layout<L>;
    GRADUS_EXPECT(w.complete() && x.cols == w.cols && y.cols == w.rows && x.rows == y.rows);
    const bool add = how == accumulation::add;
    if (w.cols == 0) {
        for (index_t t = 0; t < y.rows && !add; ++t) {
            std::fill_n(y.row(t).data(), y.cols, 0.0f);
        }
    } else if constexpr (uses_integers<grids, A>) {
        integer_product<grids, A, sparse_matrix_view<L>>{w, scheme}.run(x, y, add, threads);
    } else {
        float_product<grids, A, sparse_matrix_view<L>>{w, scheme}.run(x, y, add, threads);
    }
}

/// The same for a matrix that owns its bytes (or anything else with a sparse `view()`).
template <viewed_as_sparse W,
          activation_value X,
          activation_scheme A = f32_activations,
          executor E = const serial>
void gemm(const W& w,
          matrix_view<const X> x,
          matrix_view<float> y,
          accumulation how = accumulation::none,
          const A& scheme = {},
          E&& threads = serial{}) {
    gemm(w.view(), x, y, how, scheme, threads);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
