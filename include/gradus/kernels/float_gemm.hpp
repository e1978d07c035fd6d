// SPDX-License-Identifier: MIT
// Y = X W^T in floats: what every layout has whose tiles can be decoded.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/activations.hpp>
#include <gradus/kernels/decode_panel.hpp>
#include <gradus/kernels/multiply_panel.hpp>
#include <gradus/kernels/quantize_activations.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tiles are decoded, some columns at a time, into panels on a worker's stack and multiplied there.
template <layout_type L, activation_scheme A, class View = packed_view<L>> class float_product {
    static constexpr index_t panel_cols = std::max(index_t{128}, index_t{L::block_cols});
    static constexpr index_t halves = (L::tile_rows + simd::lanes - 1) / simd::lanes;
    static constexpr index_t at_once = 64;   ///< tokens
    static constexpr index_t job_tiles = 2;  ///< tiles that one worker takes at a time

  public:
    float_product(const View& w, const A& scheme) : w_{w}, scheme_{scheme}, cut_{w.shape()} {}

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
        if constexpr (std::same_as<X, float> && std::same_as<A, f32_activations>) {
            with({x.data + first, x.rows, columns, x.stride});
        } else {
            alignas(64) float seen[at_once * panel_cols];
            for (index_t t = 0; t < x.rows; ++t) {
                as_seen(x.row(t), first, columns, seen + t * panel_cols);
            }
            with({seen, x.rows, columns, panel_cols});
        }
    }

    /// The values that the scheme makes of columns [first, first + count) of a token.
    template <activation_value X>
    void as_seen(std::span<const X> x, index_t first, index_t count, float* seen) const {
        if constexpr (keeps_floats<A>) {
            for (index_t i = 0; i < count; ++i) {
                seen[i] = as_float(x[first + i]);
                if constexpr (requires { A::rounds_to_bf16; }) {
                    seen[i] = bf16::from(seen[i]).value();
                }
            }
        } else {
            activation_step step{};
            if constexpr (A::scope == activation_scope::token) {
                step = step_for(scheme_, peak_of(scheme_, x.data(), x.size()));
            }
            for (index_t i = 0; i < count;) {
                index_t width = count - i;
                if constexpr (A::scope == activation_scope::segment) {
                    width = std::min(width, cut_.width(first + i));
                    step = step_for(scheme_, peak_of(scheme_, &x[first + i], width));
                }
                for (const index_t end = i + width; i < end; ++i) {
                    const float q = round_even(as_float(x[first + i]) * step.inverse);
                    seen[i] = least(greatest(q, -A::most), A::most) * step.scale;
                }
            }
        }
    }

    View w_;
    A scheme_;
    segments<L, A> cut_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
