// SPDX-License-Identifier: MIT
// Weights that give, on the inputs of a compressed model, what the dense model's weights give.
#pragma once

#include <gradus/linalg/triangular_solve.hpp>
#include <gradus/solver/factor.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Rows whose targets are found together.
inline constexpr index_t target_rows = 512;

/// Replaces W [rows, n] by the target that a solver should then quantize:
///
///     W* = W (C + D) (H + D)^-1,   C = 2 / tokens sum_t z_t x_t^T,
///
/// x_t being the inputs of H and z_t those of the dense model. It is least in ||W Z - W* X||^2 plus
/// the damping's D |W* - W|^2, so that it is W itself where Z = X.
///
/// The damping should be `damping_rule::mean`, a tenth or so. With a share of each column's own
/// curvature, channels that are all but silent get targets thousands of times their weights, for
/// nothing, and spoil the scales of their groups: on the reference model at 2.25 bits that made
/// the divergence .24 from .069; with the median it is .046. Yet half of the channels of a
/// feed-forward layer may be silent in the calibration text and speak in another (rare bytes do
/// that), and then the median is no hold either: at 4 bits the divergence on WikiText, with books
/// for calibration, was .023 with the median and is .0020 with the mean.
///
/// `cross`: the sums of z_t x_t^T over so many tokens; rows and columns as the weights lie.
/// `order`: the column at each step of the factor; empty: as they lie.
/// Flops: 4 rows n^2. Memory: twice 512 rows of W and what products pack.
/// Source: Li et al. 2025, arXiv:2504.02692 (the same target, reached column by column).
template <class T, executor E = const serial>
[[nodiscard]] status match_dense(matrix_view<T> w,
                                 const obs_factor<T>& f,
                                 matrix_view<const T> cross,
                                 index_t tokens,
                                 std::span<const index_t> order = {},
                                 E&& threads = serial{}) {
    const index_t n = f.size;
    const bool ordered = order.empty() || order.size() == n;
    if (w.cols != n || cross.rows != n || cross.cols != n || tokens == 0 || !ordered) {
        return error{errc::invalid_argument, "cross moments [" + std::to_string(cross.rows) + ", " +
                                                 std::to_string(cross.cols) + "] of " +
                                                 std::to_string(tokens) + " tokens for '" + f.name +
                                                 "' of " + std::to_string(n) + " columns"};
    }
    const T scale = T(2) / static_cast<T>(tokens);
    const auto column = [&](index_t j) { return order.empty() ? j : order[j]; };
    for (index_t top = 0; top < w.rows; top += target_rows) {
        const matrix_view<T> part = w.block(top, std::min(target_rows, w.rows - top));
        std::vector<T> product(part.rows * n);
        multiply(operand<T>::along_rows(part), operand<T>::down_rows(cross),
                 matrix_view<T>{product.data(), part.rows, n}, threads);
        strips<right_width, T> x{part.rows, n};
        threads.for_each(x.count(), [&](index_t p) {
            T* const to = x.strip(p);
            std::fill_n(to, n * right_width, T(0));
            const index_t rows = std::min(right_width, part.rows - p * right_width);
            for (index_t j = 0; j < n; ++j) {
                const T own = f.root[j] * f.added[j];
                for (index_t r = 0; r < rows; ++r) {
                    const index_t row = p * right_width + r;
                    to[j * right_width + r] = product[row * n + column(j)] * scale / f.root[j] +
                                              part(row, column(j)) * own;
                }
            }
        });
        divide_rows<triangle_side::factor>(f.view(), x, threads);
        divide_rows<triangle_side::transposed>(f.view(), x, threads);
        threads.for_each(part.rows, [&](index_t r) {
            const T* const from = x.strip(r / right_width) + r % right_width;
            for (index_t j = 0; j < n; ++j) {
                part(r, column(j)) = from[j * right_width] / f.root[j];
            }
        });
    }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
