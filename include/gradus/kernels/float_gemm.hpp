// SPDX-License-Identifier: MIT
// Y = X W^T in floats: what every layout has whose tiles can be decoded.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/decode_panel.hpp>
#include <gradus/kernels/float_tile.hpp>
#include <gradus/kernels/multiply_panel.hpp>
#include <gradus/kernels/seen_activations.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tiles are decoded, some columns at a time, into panels on a worker's stack and multiplied there;
/// codebooks are multiplied as they are read, where that is faster (float_tile.hpp).
template <layout_type L, activation_scheme A, class View = packed_view<L>> class float_product {
    static constexpr index_t panel_cols = std::max(index_t{128}, index_t{L::block_cols});
    static constexpr index_t halves = (L::tile_rows + simd::lanes - 1) / simd::lanes;
    static constexpr index_t at_once = 64;   ///< tokens
    static constexpr index_t job_tiles = 2;  ///< tiles that one worker takes at a time

  public:
    float_product(const View& w, const A& scheme) : w_{w}, activations_{scheme, w.shape()} {}

    template <activation_value X, class E>
    void run(matrix_view<const X> x, matrix_view<float> y, bool add, E& threads) {
        const index_t tiles = w_.shape().tiles();
        threads.for_each((tiles + job_tiles - 1) / job_tiles, [&](index_t job) {
            for (index_t t = job * job_tiles; t < std::min(tiles, (job + 1) * job_tiles); ++t) {
                run_tile(t, x, y, add);
            }
        });
    }

  private:
    template <activation_value X>
    void run_tile(index_t tile, matrix_view<const X> x, matrix_view<float> y, bool add) const {
        if constexpr (streams_floats<View>) {
            const bool full = w_.shape().tile_height(tile) == L::tile_rows;
            if (full && x.rows <= float_tile<L>::few_tokens) {
                const tile_result to{y.data + tile * L::tile_rows, y.stride, L::tile_rows, add};
                return through_stream(tile, x, to);
            }
        }
        through_panel(tile, x, y, add);
    }

    template <activation_value X>
    void through_stream(index_t tile, matrix_view<const X> x, tile_result y) const {
        const level_table<typename L::mapping_type> levels{w_.map};
        if constexpr (seen_as_given<X, A>) {
            float_tile<L>{w_, levels, tile, 0, x.cols}.multiply(x.data, x.stride, x.rows, y);
        } else {
            constexpr index_t tokens = float_tile<L>::most_tokens;
            constexpr index_t columns = 1024 / L::block_cols * L::block_cols;
            const index_t group = w_.shape().group_cols;
            alignas(64) float seen[tokens * columns];
            for (index_t t = 0; t < x.rows; t += tokens) {
                const index_t count = std::min(tokens, x.rows - t);
                for (index_t first = 0; first < x.cols;) {
                    const index_t most = group <= columns
                                           ? columns / group * group
                                           : std::min(columns, group - first % group);
                    const index_t last = std::min(first + most, x.cols);
                    for (index_t i = 0; i < count; ++i) {
                        activations_.see(x.row(t + i), first, last - first, seen + i * columns);
                    }
                    tile_result to = y.from_token(t);
                    to.add = y.add || first != 0;
                    float_tile<L>{w_, levels, tile, first, last}.multiply(seen, columns, count, to);
                    first = last;
                }
            }
        }
    }

    template <activation_value X>
    void through_panel(index_t tile, matrix_view<const X> x, matrix_view<float> y, bool add) const {
        const index_t height = w_.shape().tile_height(tile);
        alignas(64) float panel[halves][panel_cols * simd::lanes] = {};
        index_t start = 0;
        index_t held = 0;
        const auto flush = [&] {
            for (index_t t = 0; t < x.rows; t += at_once) {
                const index_t count = std::min(at_once, x.rows - t);
                multiply(panel, x.block(t, count), start, held, height,
                         y.data + t * y.stride + tile * L::tile_rows, y.stride, add || start != 0);
            }
            start += held;
            held = 0;
        };
        for_each_block(
            w_, tile, [&](const tile_grid<L>& grid, index_t, index_t columns, const code_t* codes) {
                if (held + columns > panel_cols) { flush(); }
                for (index_t h = 0; h < halves; ++h) {
                    decode_panel<L>(w_.map, grid, h, height, columns, codes,
                                    panel[h] + simd::lanes * held);
                }
                held += columns;
            });
        flush();
    }

    template <activation_value X>
    void multiply(const float (&panel)[halves][panel_cols * simd::lanes],
                  matrix_view<const X> x,
                  index_t first,
                  index_t columns,
                  index_t height,
                  float* y,
                  index_t y_stride,
                  bool add) const {
        const auto with = [&](matrix_view<const float> part) {
            for (index_t h = 0; h < halves && h * simd::lanes < height; ++h) {
                multiply_panel(panel[h], columns, part, y + h * simd::lanes, y_stride,
                               std::min(simd::lanes, height - h * simd::lanes), add);
            }
        };
        if constexpr (seen_as_given<X, A>) {
            with({x.data + first, x.rows, columns, x.stride});
        } else {
            alignas(64) float seen[at_once * panel_cols];
            for (index_t t = 0; t < x.rows; ++t) {
                activations_.see(x.row(t), first, columns, seen + t * panel_cols);
            }
            with({seen, x.rows, columns, panel_cols});
        }
    }

    View w_;
    seen_activations<L, A> activations_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
