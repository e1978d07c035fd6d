// SPDX-License-Identifier: MIT
// One tile of packed weights times a few quantized tokens, straight from the stream.
#pragma once

#include <gradus/kernels/segments.hpp>
#include <gradus/kernels/tile_cursor.hpp>
#include <gradus/kernels/tile_totals.hpp>
#include <gradus/simd/read_ahead.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether `multiply_tile` takes weights in this form.
template <class View> inline constexpr bool streams = false;

template <layout_type L> inline constexpr bool streams<packed_view<L>> = unit_terms<L>::direct;

/// Where a walk through a tile is.
struct tile_place {
    index_t column;
    index_t operand = 0;
    index_t segment = 0;
};

/// Whole groups, each of whole segments of `width` columns, whole blocks: pointers alone move.
template <layout_type L, class Shape, activation_scheme A>
GRADUS_INLINE void add_whole_groups(const tile_cursor<L>& cursor,
                                    index_t groups,
                                    index_t group_cols,
                                    index_t width,
                                    const unit_terms<L>& weights,
                                    const token_operands<L, A>& x,
                                    tile_place& at,
                                    tile_totals<Shape, L, A>& totals) {
    using G = geometry<L>;
    constexpr index_t block_cols = L::block_cols;
    constexpr index_t block_bytes = L::packing_type::bytes(L::tile_rows * block_cols);
    constexpr index_t grid_bytes =
        L::tile_rows * G::scale_bytes + G::zero_bytes(index_t{L::tile_rows});
    const simd::read_ahead ahead;
    const std::byte* group = cursor.group();
    const index_t stride = cursor.group_stride();
    scale_lanes<typename L::scale_type> scales[Shape::halves];
    simd::unrolled<Shape::halves>([&](index_t h)
                                      GRADUS_INLINE_LAMBDA { scales[h] = cursor.scales(h); });
    const index_t segment_bytes = width / block_cols * block_bytes;
    for (index_t g = 0; g < groups; ++g, group += stride) {
        const std::byte* block = group + grid_bytes;
        const std::byte* const end = group + stride;
        do {
            const std::byte* const segment_end = block + segment_bytes;
            segment_sums<Shape> sums;
            sums.start(x, at.segment);
            do {
                ahead.of(block, block_bytes);
                add_block(block, weights, x.digits, at.operand, sums);
                at.operand += block_cols;
                block += block_bytes;
            } while (block != segment_end);
            half_grids<Shape::halves> grids;
            simd::unrolled<Shape::halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
                const lane_grid grid = read_lane_grid<L>(group, scales[h], h);
                grids.scale[h] = grid.scale;
                grids.minus_offset[h] = weights.minus_offset(grid, h);
            });
            totals.add(sums, grids, x, at.segment);
            ++at.segment;
        } while (block != end);
    }
    at.column += groups * group_cols;
}

/// Any groups: wider than a segment, with blocks that are not whole.
template <layout_type L, class Shape, activation_scheme A>
[[gnu::noinline]] void add_segments(tile_cursor<L>& cursor,
                                    const unit_terms<L>& weights,
                                    const token_operands<L, A>& x,
                                    tile_place at,
                                    tile_totals<Shape, L, A>& totals) {
    constexpr index_t block_cols = L::block_cols;
    constexpr index_t block_bytes = L::packing_type::bytes(L::tile_rows * block_cols);
    const simd::read_ahead ahead;
    for (; at.column < x.last; cursor.next_group()) {
        const index_t end = std::min(cursor.group_end(), x.last);
        const half_grids<Shape::halves> grids = grids_of(cursor, weights);
        for (index_t width = 0; at.column < end; at.column += width, ++at.segment) {
            width = std::min(segments<L, A>::limit, end - at.column);
            segment_sums<Shape> sums;
            sums.start(x, at.segment);
            for (index_t b = 0; b < width / block_cols; ++b, at.operand += block_cols) {
                ahead.of(cursor.block, block_bytes);
                add_block(cursor.block, weights, x.digits, at.operand, sums);
                cursor.block += block_bytes;
            }
            if (const index_t rest = width % block_cols; rest != 0) {
                alignas(64)
                    code_t units[(block_cols + 3) / 4 * 64 * Shape::halves + unpacking_room];
                cursor.take_units(rest, units);
                add_codes(units, (rest + 3) / 4, weights, x.digits, at.operand, sums);
                at.operand += (rest + 3) / 4 * 4;
            }
            totals.add(sums, grids, x, at.segment);
        }
    }
}

/// y (+)= the tile times `Tokens` tokens: codes go from memory to registers once. The tile has all
/// of its rows, and its layout's units are direct.
template <index_t Tokens, layout_type L, activation_scheme A>
void multiply_tile(const packed_view<L>& w,
                   index_t tile,
                   const unit_terms<L>& weights,
                   const token_operands<L, A>& x,
                   const tile_result& y) {
    // Fractions cost two products a token, codes as much as two once.
    constexpr bool fractions = unit_terms<L>::fractions && Tokens <= 2;
    using shape =
        sum_shape<Tokens, A::digits, unit_terms<L>::terms, unit_terms<L>::halves, fractions>;
    tile_totals<shape, L, A> totals;
    totals.clear();
    y.prefetch(Tokens);
    tile_place at{x.first};
    const index_t group_cols = w.shape().group_cols;
    constexpr index_t limit = segments<L, A>::limit;
    if (!geometry<L>::matrix_grid && group_cols % L::block_cols == 0 &&
        at.column % group_cols == 0 && (group_cols <= limit || group_cols % limit == 0)) {
        const tile_cursor<L> cursor{w, tile, at.column};
        add_whole_groups(cursor, (x.last - at.column) / group_cols, group_cols,
                         std::min(group_cols, limit), weights, x, at, totals);
    }
    if (at.column < x.last) {
        tile_totals<shape, L, A> rest = totals;  // a copy: `totals` itself stays in registers
        tile_cursor<L> cursor{w, tile, at.column};
        add_segments(cursor, weights, x, at, rest);
        totals = rest;
    }
    totals.store(x, weights, y);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
