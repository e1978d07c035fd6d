// SPDX-License-Identifier: MIT
// One tile of a sparse matrix times a few quantized tokens.
#pragma once

#include <gradus/kernels/multiply_tile.hpp>
#include <gradus/kernels/survivor_cursor.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

template <layout_type L> inline constexpr bool streams<sparse_matrix_view<L>> = true;

/// Adds full blocks of a full tile, at most a segment: survivors go from their stretch to their
/// places in registers.
template <layout_type L, class Shape>
GRADUS_INLINE void add_survivors(survivor_cursor<L>& cursor,
                                 index_t columns,
                                 const unit_terms<grids_of_layout<L>>& weights,
                                 const operand_rows& x,
                                 index_t column,
                                 segment_sums<Shape>& sums) {
    constexpr int bits = unit_terms<grids_of_layout<L>>::bits;
    constexpr index_t step = 4 * L::block_cols;  // bytes of places a block
    std::uint64_t room[sparse_geometry<L>::widest / 2];
    const std::byte* places = cursor.take_places(columns, room);
    const code_t* from = cursor.next();
    const simd::byte_register rest[2] = {simd::load_bytes(cursor.zeros(0)),
                                         simd::load_bytes(cursor.zeros(1))};
    for (const std::byte* const end = places + 4 * columns; places != end;
         places += step, column += L::block_cols) {
        cursor.read_ahead(places);
        const auto unit = [&](index_t u) GRADUS_INLINE_LAMBDA {
            const std::uint64_t word = word_at(places, u);
            const auto codes = simd::expanded(from, word, rest[u % 2]);
            from += std::popcount(word);
            return codes;
        };
        [&]<index_t... Q>(std::integer_sequence<index_t, Q...>) GRADUS_INLINE_LAMBDA {
            const auto add = [&]<index_t Quad>() GRADUS_INLINE_LAMBDA {
                const simd::byte_register upper = unit(2 * Quad);
                const simd::byte_register lower = unit(2 * Quad + 1);
                sums.template add_quad<bits, Quad>(
                    x, column + 4 * Quad,
                    [&](index_t term, index_t half, index_t) GRADUS_INLINE_LAMBDA {
                        return weights.term(term, half == 0 ? upper : lower);
                    });
            };
            (add.template operator()<Q>(), ...);
        }(std::make_integer_sequence<index_t, L::block_cols / 4>{});
    }
    cursor.set_next(from);
}

/// Any block, by way of memory.
template <layout_type L, class Shape>
GRADUS_INLINE void add_expanded(survivor_cursor<L>& cursor,
                                index_t columns,
                                const unit_terms<grids_of_layout<L>>& weights,
                                const operand_rows& x,
                                index_t column,
                                segment_sums<Shape>& sums) {
    alignas(64) code_t units[(L::block_cols + 3) / 4 * 64 * Shape::halves + unpacking_room];
    cursor.take_units(columns, units);
    add_codes(units, (columns + 3) / 4, weights, x, column, sums);
}

/// y (+)= the tile times `Tokens` tokens. The tile has all of its rows.
template <index_t Tokens, layout_type G, activation_scheme A, layout_type L>
void multiply_tile(const sparse_matrix_view<L>& w,
                   index_t tile,
                   const unit_terms<G>& weights,
                   const token_operands<G, A>& x,
                   const tile_result& y) {
    using shape = sum_shape<Tokens, A::digits, unit_terms<G>::terms, unit_terms<G>::halves>;
    tile_totals<shape, G, A> totals;
    totals.clear();
    y.prefetch(Tokens);
    survivor_cursor<L> cursor{w, tile, x.first};
    tile_place at{x.first};
    for (; at.column < x.last; cursor.next_group()) {
        const index_t end = std::min(cursor.group_end(), x.last);
        const auto grids = grids_of(cursor, weights);
        for (index_t width = 0; at.column < end; at.column += width, ++at.segment) {
            width = std::min(segments<G, A>::limit, end - at.column);
            segment_sums<shape> sums;
            sums.start(x, at.segment);
            index_t left = width;
            if constexpr (simd::expands_registers) {
                if (const index_t columns = width / L::block_cols * L::block_cols; columns != 0) {
                    add_survivors(cursor, columns, weights, x.digits, at.operand, sums);
                    at.operand += columns;
                    left -= columns;
                }
            }
            while (left != 0) {
                const index_t columns = std::min(left, index_t{L::block_cols});
                add_expanded(cursor, columns, weights, x.digits, at.operand, sums);
                at.operand += (columns + 3) / 4 * 4;
                left -= columns;
            }
            totals.add(sums, grids, x, at.segment);
        }
    }
    totals.store(x, weights, y);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
