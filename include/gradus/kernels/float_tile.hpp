// SPDX-License-Identifier: MIT
// One tile of weights with a codebook times a few tokens of floats, straight from the stream.
#pragma once

#include <gradus/kernels/level_table.hpp>
#include <gradus/kernels/tile_totals.hpp>
#include <gradus/simd/byte_columns.hpp>
#include <gradus/simd/fused_broadcast.hpp>
#include <gradus/simd/read_ahead.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether `float_tile` takes weights in this form.
template <class View> inline constexpr bool streams_floats = false;

template <layout_type L>
inline constexpr bool streams_floats<packed_view<L>> =
    block_units<typename L::packing_type>::direct && L::tile_rows == tiles_of_32 &&
    scaled_levels<typename L::mapping_type> && !geometry<L>::matrix_grid;

/// Columns [first, last) of a full tile, both at the start of a block or the end of the row. A code
/// becomes its level on the way from memory to a multiply-add; scales count once a group. Zen 4,
/// one core, 4 bits in groups of 32 and 128, tokens: GFLOP/s (at most 118), beside those of panels:
///     1: 63, 66 (13, 15)    2: 92, 94 (20, 22)    8: 107, 112 (54, 61)    512: 107, 112 (68, 68)
///
/// Error: |error| <= (cols + 2) 2^-24 sum_k |x_k w_k| for each output: levels and scales round
/// apart.
template <layout_type L> class float_tile {
    using units = block_units<typename L::packing_type>;
    using table = level_table<typename L::mapping_type>;
    static constexpr index_t block_cols = L::block_cols;
    static constexpr index_t block_bytes = L::packing_type::bytes(L::tile_rows * block_cols);

  public:
    static constexpr index_t most_tokens = simd::parts == 1 ? 8 : simd::parts == 2 ? 2 : 1;

    /// With more tokens a panel of decoded weights, once made, is faster.
    static constexpr index_t few_tokens = [] {
        constexpr int bits = L::mapping_type::bits;
        if (simd::parts == 1) { return bits <= 6 ? ~index_t{0} : most_tokens; }
        const index_t for_wider_codes = simd::parts == 2 ? 2 : 0;
        return bits <= 4 ? std::max(index_t{1}, 2 * for_wider_codes) : for_wider_codes;
    }();

    float_tile(
        const packed_view<L>& w, const table& levels, index_t tile, index_t first, index_t last)
        : w_{w}, levels_{levels}, tile_{tile}, first_{first}, last_{last} {}

    /// y (+)= the tile times `tokens` tokens; x begins at column `first`.
    void multiply(const float* x, index_t stride, index_t tokens, tile_result y) const {
        for (index_t t = 0; t < tokens;) {
            t += multiply_some<most_tokens>(x + t * stride, stride, tokens - t, y.from_token(t));
        }
    }

  private:
    /// As many tokens as there is an instance for; returns how many.
    template <index_t Tokens>
    index_t
    multiply_some(const float* x, index_t stride, index_t tokens, const tile_result& y) const {
        if constexpr (Tokens > 1) {
            if (tokens < Tokens) { return multiply_some<Tokens / 2>(x, stride, tokens, y); }
        }
        multiply_tokens<Tokens>(x, stride, y);
        return Tokens;
    }

    template <index_t Tokens> using sums = simd::f32x16[Tokens][2];

    template <index_t Tokens>
    [[gnu::noinline]] void
    multiply_tokens(const float* x, index_t stride, const tile_result& y) const {
        // A sum waits four cycles for the one before it.
        constexpr index_t chains = Tokens == 1 ? 2 : 1;
        const simd::read_ahead ahead;
        y.prefetch(Tokens);
        sums<Tokens> total;
        each<Tokens>([&](index_t t, index_t h) GRADUS_INLINE_LAMBDA { total[t][h] = 0.0f; });
        tile_cursor<L> cursor{w_, tile_, first_};
        for (index_t column = first_; column < last_; cursor.next_group()) {
            sums<Tokens> sum[chains];
            simd::unrolled<chains>([&](index_t i) GRADUS_INLINE_LAMBDA {
                each<Tokens>([&](index_t t, index_t h)
                                 GRADUS_INLINE_LAMBDA { sum[i][t][h] = 0.0f; });
            });
            const index_t end = std::min(cursor.group_end(), last_);
            for (; column + block_cols <= end; column += block_cols, x += block_cols) {
                ahead.of(cursor.block, block_bytes);
                const units block{cursor.block};
                [&]<index_t... Q>(std::integer_sequence<index_t, Q...>) GRADUS_INLINE_LAMBDA {
                    (add_quad<Q, Tokens>(block, x, stride, sum[Q % chains]), ...);
                }(std::make_integer_sequence<index_t, units::units / 2>{});
                cursor.block += block_bytes;
            }
            each<Tokens>([&](index_t t, index_t h) GRADUS_INLINE_LAMBDA {
                simd::f32x16 all = sum[0][t][h];
                if constexpr (chains == 2) { all = all + sum[1][t][h]; }
                total[t][h] = fused(all, cursor.grid(h).scale, total[t][h]);
            });
            if (column < end) {
                sums<Tokens> rest;  // in memory, unlike the others
                sum_columns<Tokens>(cursor, end - column, x, stride, rest);
                each<Tokens>([&](index_t t, index_t h) GRADUS_INLINE_LAMBDA {
                    total[t][h] = fused(rest[t][h], cursor.grid(h).scale, total[t][h]);
                });
                x += end - column;
                column = end;
            }
        }
        each<Tokens>([&](index_t t, index_t h) GRADUS_INLINE_LAMBDA {
            float* const to = y.at + t * y.stride + h * simd::lanes;
            if (y.add) { total[t][h] = total[t][h] + simd::f32x16::load(to); }
            total[t][h].store(to);
        });
    }

    /// f(token, half)
    template <index_t Tokens, class F> GRADUS_INLINE static void each(F&& f) {
        simd::unrolled<2 * Tokens>([&](index_t i) GRADUS_INLINE_LAMBDA { f(i / 2, i % 2); });
    }

    /// Four columns of both halves.
    template <index_t Q, index_t Tokens>
    GRADUS_INLINE void
    add_quad(const units& block, const float* x, index_t stride, sums<Tokens>& sum) const {
        simd::u32x16 code[2];
        simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            code[0].part[p] = simd::words_of(block.template unit<2 * Q, unit_form::loose>(p));
            code[1].part[p] = simd::words_of(block.template unit<2 * Q + 1, unit_form::loose>(p));
        });
        simd::unrolled<4>([&](index_t c) GRADUS_INLINE_LAMBDA {
            const int shift = 8 * static_cast<int>(c);
            const simd::f32x16 level[2] = {levels_.at(code[0] >> shift),
                                           levels_.at(code[1] >> shift)};
            each<Tokens>([&](index_t t, index_t h) GRADUS_INLINE_LAMBDA {
                sum[t][h] = fused_broadcast(x[t * stride + 4 * Q + c], level[h], sum[t][h]);
            });
        });
    }

    /// A block of fewer columns.
    template <index_t Tokens>
    [[gnu::noinline]] void sum_columns(tile_cursor<L>& cursor,
                                       index_t columns,
                                       const float* x,
                                       index_t stride,
                                       sums<Tokens>& sum) const {
        alignas(64) code_t codes[(block_cols + 3) / 4 * 128 + unpacking_room];
        cursor.take_units(columns, codes);
        each<Tokens>([&](index_t t, index_t h) { sum[t][h] = 0.0f; });
        for (index_t c = 0; c < columns; ++c) {
            for (index_t h = 0; h < 2; ++h) {
                const code_t* const quad = codes + c / 4 * 128 + h * 64;
                const simd::f32x16 level =
                    levels_.at(simd::u32x16::load(quad) >> static_cast<int>(c % 4 * 8));
                for (index_t t = 0; t < Tokens; ++t) {
                    sum[t][h] = fused(simd::f32x16(x[t * stride + c]), level, sum[t][h]);
                }
            }
        }
    }

    const packed_view<L>& w_;
    const table& levels_;
    index_t tile_;
    index_t first_;
    index_t last_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
