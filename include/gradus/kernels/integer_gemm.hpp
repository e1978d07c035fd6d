// SPDX-License-Identifier: MIT
// Y = X W^T by integer dot products: cutting the work, quantizing the activations.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/activation_block.hpp>
#include <gradus/kernels/activations.hpp>
#include <gradus/kernels/multiply_tile.hpp>
#include <gradus/kernels/tile_panel.hpp>

#include <algorithm>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// As many tokens at once as leave registers for weights: `Sums` integer sums a token and half, and
/// a float one.
template <index_t Sums, index_t Halves>
inline constexpr index_t tokens_in_registers = std::max(index_t{1},
                                                        (simd::parts == 1   ? 24
                                                         : simd::parts == 2 ? 8
                                                                            : 6) /
                                                            (Halves * (Sums + 1)));

/// How a product is cut: by shape alone. L says what the kernels see of the weights, `View` where
/// they lie.
template <layout_type L, activation_scheme A, class View = packed_view<L>> class integer_product {
    using weights_type = unit_terms<L>;
    using panel_type = tile_panel<L, A>;
    using block_type = activation_block<L, A>;
    using operands_type = token_operands<L, A>;
    static constexpr index_t most_tokens =
        tokens_in_registers<A::digits * weights_type::terms, weights_type::halves>;
    static constexpr index_t job_tiles = 8;  ///< tiles that one worker takes at a time

    /// Tiles are unpacked once for many tokens, unless that costs less than to store the codes.
    static constexpr bool many_registers = most_tokens * A::digits >= 6;
    static constexpr bool always_streams = weights_type::unpacks_fast && many_registers;
    static constexpr index_t most_streamed = many_registers ? 16 : 4;

    /// So many tokens come to a tile at once that their columns are many: y is visited rarely.
    static constexpr index_t streamed_at_once = 24;

  public:
    integer_product(const View& w, const A& scheme) : w_{w}, scheme_{scheme}, weights_{w.map} {}

    template <activation_value X, class E>
    void run(matrix_view<const X> x, matrix_view<float> y, bool add, E& threads) {
        const bool by_panel = !streams<View> || (x.rows > most_streamed && !always_streams);
        const index_t at_once = std::min(by_panel ? block_type::most_tokens : streamed_at_once,
                                         block_type::most_tokens);
        for (index_t t = 0; t < x.rows; t += at_once) {
            const index_t count = std::min(at_once, x.rows - t);
            run_tokens(x.block(t, count), y.block(t, count), by_panel, add, threads);
        }
    }

  private:
    template <activation_value X, class E>
    void
    run_tokens(matrix_view<const X> x, matrix_view<float> y, bool by_panel, bool add, E& threads) {
        block_type block{scheme_, segments<L, A>{w_.shape()}};
        block.see_tokens(x);
        constexpr index_t unlimited = std::numeric_limits<index_t>::max();
        const index_t columns = by_panel ? panel_type::room : unlimited;
        const index_t segments = by_panel ? panel_type::most_segments : unlimited;
        const index_t tiles = w_.shape().tiles();
        for (index_t first = 0; first < x.cols;) {
            const operands_type operands = block.quantize(x, first, columns, segments);
            threads.for_each((tiles + job_tiles - 1) / job_tiles, [&](index_t job) {
                const index_t end = std::min(tiles, (job + 1) * job_tiles);
                for (index_t tile = job * job_tiles; tile < end; ++tile) {
                    const tile_result to{y.data + tile * L::tile_rows, y.stride,
                                         w_.shape().tile_height(tile), add || first != 0};
                    if (by_panel || to.height < L::tile_rows) {
                        through_panel(tile, operands, x.rows, to);
                    } else {
                        through_stream(tile, operands, x.rows, to);
                    }
                }
            });
            first = operands.last;
        }
    }

    void through_stream(index_t tile,
                        const operands_type& x,
                        index_t tokens,
                        const tile_result& y) const {
        if constexpr (streams<View>) {
            for (index_t t = 0; t < tokens;) {
                t += stream<most_tokens>(tile, x.from_token(t), tokens - t, y.from_token(t));
            }
        }
    }

    /// Piece by piece: columns that were cut for the stream may be more than a panel holds.
    void through_panel(index_t tile,
                       const operands_type& x,
                       index_t tokens,
                       const tile_result& y) const {
        panel_type panel;
        operands_type piece = x;
        while (piece.first < x.last) {
            const index_t operands = panel.fill(w_, tile, weights_, piece.first, x.last);
            piece.last = panel.last();
            for (index_t t = 0; t < tokens;) {
                tile_result to = y.from_token(t);
                to.add = y.add || piece.first != x.first;
                t += from_panel<most_tokens>(panel, piece.from_token(t), tokens - t, to);
            }
            piece = piece.from_segment(panel.count(), operands, piece.last);
        }
    }

    /// The next smaller number of tokens for which there is an instance.
    template <index_t Tokens> static constexpr index_t fewer = Tokens > 4 ? 4 : Tokens / 2;

    /// Whether an instance for `Tokens` leaves the rest to a good one.
    template <index_t Tokens> static constexpr bool takes(index_t tokens) {
        return tokens >= Tokens && !(Tokens == 6 && tokens == 8);
    }

    /// As many tokens as an instance takes; returns how many.
    template <index_t Tokens>
    index_t
    stream(index_t tile, const operands_type& x, index_t tokens, const tile_result& y) const {
        if constexpr (Tokens > 1) {
            if (!takes<Tokens>(tokens)) { return stream<fewer<Tokens>>(tile, x, tokens, y); }
        }
        multiply_tile<Tokens, L, A>(w_, tile, weights_, x, y);
        return Tokens;
    }

    /// As many tokens as an instance takes; returns how many.
    template <index_t Tokens>
    index_t from_panel(const panel_type& panel,
                       const operands_type& x,
                       index_t tokens,
                       const tile_result& y) const {
        if constexpr (Tokens > 1) {
            if (!takes<Tokens>(tokens)) { return from_panel<fewer<Tokens>>(panel, x, tokens, y); }
        }
        panel.template multiply<Tokens>(weights_, x, y);
        return Tokens;
    }

    View w_;
    A scheme_;
    weights_type weights_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
