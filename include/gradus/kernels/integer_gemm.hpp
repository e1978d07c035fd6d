// SPDX-License-Identifier: MIT
// Y = X W^T by integer dot products: cutting the work, quantizing the activations.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/activations.hpp>
#include <gradus/kernels/multiply_tile.hpp>
#include <gradus/kernels/quantize_activations.hpp>
#include <gradus/kernels/tile_panel.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Working memory of one call, on the caller's stack: the bytes of some tokens over some columns,
/// with the scales and sums of their segments.
struct activation_block {
    static constexpr index_t bytes = 96 * 1024;
    static constexpr index_t segments = 4096;
    static constexpr index_t tokens = 192;

    alignas(64) std::int8_t digit[bytes + simd::lanes];
    float scale[segments];
    float sum[segments];
    float token_scale[tokens];
    float token_inverse[tokens];
};

/// As many tokens at once as leave registers for weights: `Sums` integer sums a token and half, and
/// a float one.
template <index_t Sums, index_t Halves>
inline constexpr index_t tokens_in_registers = std::max(index_t{1},
                                                        (simd::parts == 1   ? 24
                                                         : simd::parts == 2 ? 8
                                                                            : 6) /
                                                            (Halves * (Sums + 1)));

/// How a product is cut: by shape alone.
template <layout_type L, activation_scheme A> class integer_product {
    using weights_type = unit_terms<L>;
    using panel_type = tile_panel<L, A>;
    static constexpr index_t most_tokens =
        tokens_in_registers<A::digits * weights_type::terms, weights_type::halves>;
    static constexpr index_t most_streamed = most_tokens >= 4 ? 4 : most_tokens >= 2 ? 2 : 1;
    static constexpr index_t job_tiles = 8;  ///< tiles that one worker takes at a time

  public:
    integer_product(const packed_view<L>& w, const A& scheme)
        : w_{w}, scheme_{scheme}, weights_{w.map}, cut_{w.shape()} {}

    template <activation_value X, class E>
    void run(matrix_view<const X> x, matrix_view<float> y, bool add, E& threads) {
        constexpr index_t widest = segments<L, A>::padded(segments<L, A>::limit);
        constexpr index_t at_once =
            std::min(activation_block::tokens, activation_block::bytes / widest) / A::digits;
        for (index_t t = 0; t < x.rows; t += at_once) {
            const index_t count = std::min(at_once, x.rows - t);
            run_tokens(x.block(t, count), y.block(t, count), add, threads);
        }
    }

  private:
    template <activation_value X, class E>
    void run_tokens(matrix_view<const X> x, matrix_view<float> y, bool add, E& threads) {
        activation_block block;
        if constexpr (A::scope == activation_scope::token) {
            for (index_t t = 0; t < x.rows; ++t) {
                const auto step = step_for(scheme_, largest_magnitude(&x(t, 0), x.cols));
                block.token_scale[t] = step.scale;
                block.token_inverse[t] = step.inverse;
            }
        }
        for (index_t first = 0; first < x.cols;) {
            const token_operands operands = quantize_columns(x, first, block);
            const index_t tiles = w_.shape().tiles();
            threads.for_each((tiles + job_tiles - 1) / job_tiles, [&](index_t job) {
                const index_t end = std::min(tiles, (job + 1) * job_tiles);
                multiply_tiles(job * job_tiles, end, operands, x.rows, y, add || first != 0);
            });
            first = operands.last;
        }
    }

    /// As many segments from column `first` on as fit.
    template <activation_value X>
    token_operands
    quantize_columns(matrix_view<const X> x, index_t first, activation_block& block) const {
        const bool by_panel = x.rows > most_streamed || !weights_type::direct;
        const index_t columns_left = activation_block::bytes / (x.rows * A::digits);
        const index_t room = by_panel ? std::min(columns_left, panel_type::room) : columns_left;
        const index_t most = by_panel ? panel_type::most_segments : activation_block::segments;
        const index_t segments_left = std::min(most, activation_block::segments / x.rows);
        index_t last = first;
        index_t operands = 0;
        index_t count = 0;
        while (last < x.cols && count < segments_left) {
            const index_t width = cut_.width(last);
            if (operands + cut_.padded(width) > room) { break; }
            operands += cut_.padded(width);
            last += width;
            ++count;
        }
        GRADUS_ASSERT(last > first);
        const index_t stride = operands * A::digits;
        for (index_t t = 0; t < x.rows; ++t) {
            std::int8_t* to = block.digit + t * stride;
            index_t place = t * count;
            for (index_t column = first; column < last; ++place) {
                const index_t width = cut_.width(column);
                auto inverse = block.token_inverse[t];
                if constexpr (A::scope == activation_scope::segment) {
                    const auto step = step_for(scheme_, largest_magnitude(&x(t, column), width));
                    block.scale[place] = step.scale;
                    inverse = step.inverse;
                }
                block.sum[place] = quantize_segment(&x(t, column), width, inverse, to, operands);
                to += cut_.padded(width);
                column += width;
            }
        }
        const float* scale = A::scope == activation_scope::token ? block.token_scale : block.scale;
        return {{block.digit, stride, operands}, scale, block.sum, count, first, last};
    }

    /// Blocks start at whole quads, so odd block widths leave gaps of zeros.
    template <activation_value X>
    static float quantize_segment(
        const X* x, index_t width, float inverse, std::int8_t* to, index_t digit_stride) {
        constexpr index_t step =
            L::block_cols % 4 == 0 ? segments<L, A>::widest : index_t{L::block_cols};
        float sum = 0.0f;
        for (index_t done = 0; done < width; done += step) {
            const index_t columns = std::min(step, width - done);
            sum += digits_of<A>(x + done, columns, inverse, to, digit_stride);
            to += (columns + 3) / 4 * 4;
        }
        return sum;
    }

    void multiply_tiles(index_t first,
                        index_t end,
                        const token_operands& x,
                        index_t tokens,
                        matrix_view<float> y,
                        bool add) const {
        for (index_t tile = first; tile < end; ++tile) {
            const tile_result to{y.data + tile * L::tile_rows, y.stride,
                                 w_.shape().tile_height(tile), add};
            if constexpr (weights_type::direct) {
                if (tokens <= most_streamed && to.height == L::tile_rows) {
                    for (index_t t = 0; t < tokens;) {
                        t += stream<most_streamed>(
                            tile, tokens_from<A>(x, t), tokens - t,
                            {to.at + t * to.stride, to.stride, to.height, add});
                    }
                    continue;
                }
            }
            through_panel(tile, x, tokens, to);
        }
    }

    /// Piece by piece: columns that were cut for the stream may be more than a panel holds.
    void through_panel(index_t tile,
                       const token_operands& x,
                       index_t tokens,
                       const tile_result& y) const {
        panel_type panel;
        token_operands piece = x;
        while (piece.first < x.last) {
            const index_t operands = panel.fill(w_, tile, weights_, piece.first, x.last);
            piece.last = panel.last();
            for (index_t t = 0; t < tokens;) {
                t += from_panel<most_tokens>(
                    panel, tokens_from<A>(piece, t), tokens - t,
                    {y.at + t * y.stride, y.stride, y.height, y.add || piece.first != x.first});
            }
            piece.digits.at += operands;
            piece.sum += panel.count();
            if constexpr (A::scope == activation_scope::segment) { piece.scale += panel.count(); }
            piece.first = piece.last;
        }
    }

    /// As many tokens as an instance takes; returns how many.
    template <index_t Tokens>
    index_t
    stream(index_t tile, const token_operands& x, index_t tokens, const tile_result& y) const {
        if constexpr (Tokens > 1) {
            if (tokens < Tokens) { return stream<Tokens / 2>(tile, x, tokens, y); }
        }
        multiply_tile<Tokens, L, A>(w_, tile, weights_, x, y);
        return Tokens;
    }

    /// As many tokens as an instance takes; returns how many.
    template <index_t Tokens>
    index_t from_panel(const panel_type& panel,
                       const token_operands& x,
                       index_t tokens,
                       const tile_result& y) const {
        if constexpr (Tokens > 1) {
            constexpr index_t fewer = Tokens > 4 ? 4 : Tokens / 2;
            if (tokens < Tokens) { return from_panel<fewer>(panel, x, tokens, y); }
        }
        panel.template multiply<Tokens>(weights_, x, y);
        return Tokens;
    }

    packed_view<L> w_;
    A scheme_;
    weights_type weights_;
    segments<L, A> cut_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
