// SPDX-License-Identifier: MIT
// A tile unpacked once for many tokens.
#pragma once

#include <gradus/kernels/segments.hpp>
#include <gradus/kernels/tile_totals.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Some columns of a tile as bytes that a dot product reads, [quad][term][half][64], with the grids
/// of their segments. Any layout with a `dot_form` gives one; it lives on a worker's stack.
template <layout_type L, activation_scheme A> class tile_panel {
    using weights_type = unit_terms<L>;
    static constexpr index_t terms = weights_type::terms;
    static constexpr index_t halves = weights_type::halves;
    static constexpr index_t step = 64 * terms * halves;

  public:
    /// What fits: operands, and segments (fewer columns where groups are tiny).
    static constexpr index_t room =
        std::max(index_t{512}, segments<L, A>::padded(segments<L, A>::limit));
    static constexpr index_t most_segments = 64;

    /// Takes segments from column `first` on, as many as fit, up to `last`; returns how many
    /// operands they have.
    template <class View>
    index_t
    fill(const View& w, index_t tile, const weights_type& weights, index_t first, index_t last) {
        cursor_of<View> cursor{w, tile, first};
        std::uint8_t* to = bytes_;
        count_ = 0;
        last_ = first;
        for (index_t taken = 0; last_ < last; cursor.next_group()) {
            const index_t end = std::min(cursor.group_end(), last);
            const half_grids<halves> grids = grids_of(cursor, weights);
            for (; last_ < end; ++count_) {
                const index_t width = std::min(segments<L, A>::limit, end - last_);
                const index_t padded = segments<L, A>::padded(width);
                if (taken + padded > room || count_ == most_segments) { return taken; }
                taken += padded;
                last_ += width;
                grids_[count_] = grids;
                quads_[count_] = padded / 4;
                for (index_t done = 0; done < width; done += L::block_cols) {
                    const index_t columns = std::min(index_t{L::block_cols}, width - done);
                    to = put_block(cursor, columns, weights, to);
                }
            }
        }
        return static_cast<index_t>(to - bytes_) / step * 4;
    }

    /// Segments that are here.
    [[nodiscard]] index_t count() const { return count_; }

    /// The column after the last one that is here.
    [[nodiscard]] index_t last() const { return last_; }

    template <index_t Tokens>
    GRADUS_INLINE void multiply(const weights_type& weights,
                                const token_operands<L, A>& x,
                                const tile_result& y) const {
        using shape = sum_shape<Tokens, A::digits, terms, halves>;
        tile_totals<shape, L, A> totals;
        totals.clear();
        y.prefetch(Tokens);
        const std::uint8_t* from = bytes_;
        index_t operand = 0;
        for (index_t s = 0; s < count_; ++s) {
            segment_sums<shape> sums;
            sums.start(x, s);
            add_panel<L>(from, quads_[s], x.digits, operand, sums);
            from += step * quads_[s];
            operand += 4 * quads_[s];
            totals.add(sums, grids_[s], x, s);
        }
        totals.store(x, weights, y);
    }

  private:
    /// Stores the terms of 64 codes, for which code(part) is asked.
    template <class Code>
    GRADUS_INLINE static void put_unit(std::uint8_t* to, index_t half, Code&& code) {
        simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            simd::unrolled<terms>([&](index_t i) GRADUS_INLINE_LAMBDA {
                simd::store_bytes(to + 64 * (i * halves + half) + simd::register_bytes * p,
                                  code(i, p));
            });
        });
    }

    /// Other tokens come back to this panel, not to the stream: what is asked for ahead is the same
    /// place of the next tile.
    GRADUS_INLINE static void prefetch_next_tile(const tile_cursor<L>& cursor, index_t bytes) {
        for (index_t i = 0; i < bytes; i += 64) {
            __builtin_prefetch(cursor.block + cursor.tile_stride() + i, 0, 2);
        }
    }

    template <class Cursor>
    GRADUS_INLINE static std::uint8_t*
    put_block(Cursor& cursor, index_t columns, const weights_type& weights, std::uint8_t* to) {
        if constexpr (weights_type::direct) {
            if (columns == L::block_cols && cursor.full()) {
                return put_full_block(cursor, weights, to);
            }
        }
        if constexpr (Cursor::gives_registers) {
            if (columns % 4 == 0 && cursor.full()) {
                cursor.each_unit(
                    columns, [&](index_t unit, simd::byte_register codes) GRADUS_INLINE_LAMBDA {
                        put_unit(to + step * (unit / 2), unit % 2,
                                 [&](index_t i, index_t)
                                     GRADUS_INLINE_LAMBDA { return weights.term(i, codes); });
                    });
                return to + step * (columns / 4);
            }
        }
        alignas(64) code_t codes[(L::block_cols + 3) / 4 * 64 * halves + unpacking_room];
        cursor.take_units(columns, codes);
        for (index_t q = 0; q < (columns + 3) / 4; ++q, to += step) {
            for (index_t h = 0; h < halves; ++h) {
                const code_t* unit = codes + 64 * (q * halves + h);
                put_unit(to, h, [&](index_t i, index_t p) GRADUS_INLINE_LAMBDA {
                    const auto code = simd::load_bytes(unit + simd::register_bytes * p);
                    return weights.term_of_plain(i, h, code);
                });
            }
        }
        return to;
    }

    GRADUS_INLINE static std::uint8_t*
    put_full_block(tile_cursor<L>& cursor, const weights_type& weights, std::uint8_t* to) {
        using units = block_units<typename L::packing_type>;
        constexpr index_t bytes = L::packing_type::bytes(L::tile_rows * L::block_cols);
        prefetch_next_tile(cursor, bytes);
        const units from{cursor.block};
        [&]<index_t... U>(std::integer_sequence<index_t, U...>) GRADUS_INLINE_LAMBDA {
            (put_unit(to + step * (U / 2), U % 2,
                      [&](index_t i, index_t p) GRADUS_INLINE_LAMBDA {
                          return weights.term(i, from.template unit<U, weights_type::form>(p));
                      }),
             ...);
        }(std::make_integer_sequence<index_t, units::units>{});
        cursor.block += bytes;
        return to + step * (units::units / 2);
    }

    alignas(64) std::uint8_t bytes_[room / 4 * step];
    half_grids<halves> grids_[most_segments];
    index_t quads_[most_segments];
    index_t count_ = 0;
    index_t last_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
