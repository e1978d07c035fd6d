// SPDX-License-Identifier: MIT
// Y = X W^T with float activations: float weights, and packed weights of any layout.
#pragma once

#include <gradus/kernels/decode_panel.hpp>
#include <gradus/kernels/f32_panels.hpp>
#include <gradus/kernels/multiply_panel.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Columns of weights that are multiplied at once: a panel of 16 KiB stays in the first cache.
inline constexpr index_t panel_cols = 256;

/// y (+)= x w^T. Sums run over ascending columns in f32, so
/// |error| <= cols * 2^-24 * sum_k |x_k w_k| for each output. Does not allocate; y may not alias x.
inline void gemm(const f32_panels& w,
                 matrix_view<const float> x,  // [tokens, cols]
                 matrix_view<float> y,        // [tokens, rows]
                 accumulation how = accumulation::none) {
    GRADUS_EXPECT(x.cols == w.cols() && y.cols == w.rows() && x.rows == y.rows);
    if (w.cols() == 0 && how == accumulation::none) {
        for (index_t t = 0; t < y.rows; ++t) {
            std::fill_n(y.row(t).data(), y.cols, 0.0f);
        }
    }
    for (index_t i = 0; i < w.panels(); ++i) {
        const index_t height = std::min(f32_panels::height, w.rows() - i * f32_panels::height);
        for (index_t k = 0; k < w.cols(); k += panel_cols) {
            const index_t count = std::min(panel_cols, w.cols() - k);
            const matrix_view<const float> part{x.data + k, x.rows, count, x.stride};
            multiply_panel(w.panel(i) + 16 * k, count, part, y.data + 16 * i, y.stride, height,
                           k != 0 || how == accumulation::add);
        }
    }
}

/// The same for packed weights: tiles are decoded, 256 columns at a time, into a panel on the stack
/// and multiplied there, so a tile is decoded once for all tokens. Any layout whose tiles can be
/// decoded runs here, a user's own included.
template <layout_type L>
void gemm(const packed_view<L>& w,
          matrix_view<const float> x,  // [tokens, cols]
          matrix_view<float> y,        // [tokens, rows]
          accumulation how = accumulation::none) {
    GRADUS_EXPECT(x.cols == w.cols && y.cols == w.rows && x.rows == y.rows);
    const geometry<L> shape = w.shape();
    constexpr index_t room = std::max(index_t{panel_cols}, index_t{L::block_cols});
    alignas(64) float panel[room * 16] = {};
    for (index_t tile = 0; tile < shape.tiles(); ++tile) {
        const index_t height = shape.tile_height(tile);
        index_t start = 0;
        index_t held = 0;
        const auto flush = [&] {
            const matrix_view<const float> part{x.data + start, x.rows, held, x.stride};
            multiply_panel(panel, held, part, y.data + tile * L::tile_rows, y.stride, height,
                           start != 0 || how == accumulation::add);
            start += held;
            held = 0;
        };
        for_each_block(
            w, tile, [&](const tile_grid<L>& grid, index_t, index_t columns, const code_t* codes) {
                if (held + columns > room) { flush(); }
                decode_panel<L>(w.map, grid, height, columns, codes, panel + 16 * held);
                held += columns;
            });
        flush();
    }
}

/// The same for a matrix that owns its bytes (or anything else with a packed `view()`).
template <viewed_as_packed W>
void gemm(const W& w,
          matrix_view<const float> x,
          matrix_view<float> y,
          accumulation how = accumulation::none) {
    gemm(w.view(), x, y, how);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
