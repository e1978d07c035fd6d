// SPDX-License-Identifier: MIT
// Full tiles of 32 rows of up to 16 levels: two rows at a time, by table.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/tile_cursor.hpp>
#include <gradus/kernels/unpack_rows.hpp>
#include <gradus/kernels/vectorizable.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Layouts whose full tiles go by `pair_decoder`.
template <class L>
concept decoded_by_pairs =
    unpacked_by_rows<L> && L::block_cols == 16 && simd::parts == 1 &&
    vectorizable_mapping<typename L::mapping_type> && L::mapping_type::codes <= 16;

/// Row r's codes and those of row 16 + r share bytes, four bits each, and one table of values a
/// group looks them up: that takes two shuffles a line of 64 bytes. Stores are what decoding has
/// least of (on Zen 4 one line takes two cycles), and codes that wait in memory as bytes would be
/// one store in five. Rows of a matrix are often a power of two apart, where 32 short runs fight
/// for the same cache lines: runs of 1 KiB, two at a time, are the best of 512 bytes to 2 KiB.
/// (Eight rows at a time, whose codes never leave the registers, reach two thirds of the speed.)
template <decoded_by_pairs L> class pair_decoder {
    using M = typename L::mapping_type;
    using P = typename L::packing_type;
    static constexpr bool counts = counted_from_zero<M>;
    static constexpr index_t most_columns = 256;
    static constexpr index_t most_parts = 16;
    static constexpr index_t strip_bytes = strip_codes / 2;

  public:
    /// `streams`: rows begin at 64 bytes, and values go past the caches.
    GRADUS_INLINE pair_decoder(const M& map, matrix_view<float> out, bool streams = false)
        : map_{map}, out_{out}, streams_{streams} {}

    /// A full tile whose groups are whole strips of 16 columns: out [32, cols].
    void decode(tile_cursor<L> cursor) {
        for (index_t column = 0; column < out_.cols; cursor.next_group()) {
            while (column < cursor.group_end()) {
                const index_t width = std::min(most_columns, cursor.group_end() - column);
                if (held_ == most_parts || columns_ + width > most_columns) { flush(column); }
                hold(cursor, width);
                column += width;
            }
        }
        flush(out_.cols);
    }

  private:
    /// Columns of one group.
    struct part {
        index_t strips;
        float scale[L::tile_rows];
        float zero[has_zero_point<M> ? L::tile_rows : 1];
    };

    GRADUS_INLINE void hold(tile_cursor<L>& cursor, index_t columns) {
        part& one = parts_[held_++];
        one.strips = columns / 16;
        for (index_t half = 0; half < 2; ++half) {
            cursor.grid(half).scale.store(one.scale + simd::lanes * half);
            if constexpr (has_zero_point<M>) {
                simd::as_real<simd::f32x16>(cursor.grid(half).zero)
                    .store(one.zero + simd::lanes * half);
            }
        }
        for (; columns != 0; columns -= 16, columns_ += 16) {
            pair_square(cursor.block, codes_ + columns_ / 16 * strip_bytes);
            cursor.block += P::bytes(strip_codes);
        }
    }

    /// Sixteen columns as a square of bytes: of byte (r, c), the lower four bits are code (r, c),
    /// the upper ones code (16 + r, c).
    GRADUS_INLINE static void pair_square(const std::byte* from, code_t* to) {
        simd::byte_square square;
        if constexpr (std::is_same_v<P, bit_planes<4>>) {
            square = simd::byte_square::load(from);
        } else {
            const block_units<P> block{from};
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                square.quad[0][p] = pair_unit<0>(block, p);
                square.quad[1][p] = pair_unit<2>(block, p);
                square.quad[2][p] = pair_unit<4>(block, p);
                square.quad[3][p] = pair_unit<6>(block, p);
            });
        }
        transposed(square).store(to);
    }

    template <index_t U>
    [[nodiscard]] GRADUS_INLINE static simd::byte_register pair_unit(const block_units<P>& block,
                                                                     index_t p) {
        return simd::any_of(
            block.template unit<U, unit_form::exact>(p),
            simd::shifted_to<0, 4>(block.template unit<U + 1, unit_form::exact>(p)));
    }

    /// Groups of one usual width get a loop of their own (write_parts).
    [[gnu::noinline]] void flush(index_t end) {
        bool alike = true;
        for (index_t i = 1; i < held_; ++i) {
            alike = alike && parts_[i].strips == parts_[0].strips;
        }
        const index_t strips = alike && held_ != 0 ? parts_[0].strips : 0;
        float* const to = out_.data + end - columns_;
        if (streams_) {
            write_parts<0, true>(to);
        } else if (strips == 2) {
            write_parts<2>(to);
        } else if (strips == 4) {
            write_parts<4>(to);
        } else if (strips == 8) {
            write_parts<8>(to);
        } else {
            write_parts<0>(to);
        }
        held_ = columns_ = 0;
    }

    /// All parts, of `Strips` strips each (0: of any number).
    template <index_t Strips, bool Streams = false>
    GRADUS_INLINE void write_parts(float* to) const {
        const index_t stride = out_.stride;  // a copy: it might change by a store, for all g++ sees
        const index_t parts = held_;
        const simd::f32x16 levels = unscaled();
        for (index_t r = 0; r < simd::lanes; ++r) {
            const two_rows rows{to + r * stride, to + (simd::lanes + r) * stride};
            const code_t* codes = codes_ + simd::row_in_square(r);
            index_t column = 0;
            for (index_t i = 0; i < parts; ++i) {
                const simd::f32x16 upper = table(levels, parts_[i], r);
                const simd::f32x16 lower = table(levels, parts_[i], simd::lanes + r);
                if constexpr (Strips != 0) {
                    simd::unrolled<Strips>([&](index_t s) GRADUS_INLINE_LAMBDA {
                        rows.template write<Streams>(upper, lower, codes + s * strip_bytes,
                                                     column + 16 * s);
                    });
                    column += 16 * Strips;
                    codes += strip_bytes * Strips;
                } else {
                    for (index_t s = parts_[i].strips; s != 0; --s) {
                        rows.template write<Streams>(upper, lower, codes, column);
                        column += 16;
                        codes += strip_bytes;
                    }
                }
            }
        }
    }

    struct two_rows {
        float* upper;
        float* lower;

        template <bool Streams>
        GRADUS_INLINE void write(const simd::f32x16& upper_table,
                                 const simd::f32x16& lower_table,
                                 const code_t* codes,
                                 index_t column) const {
            const simd::u32x16 pairs = simd::load_low_bytes(codes);
            put_values<Streams>(upper + column, simd::looked_up(upper_table, pairs));
            put_values<Streams>(lower + column, simd::looked_up(lower_table, pairs >> 4));
        }
    };

    [[nodiscard]] GRADUS_INLINE static simd::u32x16 all_codes() {
        constexpr std::uint32_t last = (1u << M::bits) - 1u;
        return lanes_of<simd::f32x16>::counting_from(0u) & simd::u32x16(last);
    }

    /// What a table is made of.
    [[nodiscard]] GRADUS_INLINE simd::f32x16 unscaled() const {
        if constexpr (scaled_levels<M>) {
            float levels[simd::lanes];
            for (index_t c = 0; c < simd::lanes; ++c) {
                levels[c] = map_.level(static_cast<code_t>(c % (index_t{1} << M::bits)));
            }
            return simd::f32x16::load(levels);
        } else if constexpr (counts && fixed_zero<M>) {
            return simd::as_real<simd::f32x16>(all_codes()) -
                   simd::f32x16(static_cast<float>(M::zero_code));
        } else {
            return simd::as_real<simd::f32x16>(all_codes());
        }
    }

    /// The values of all codes of a row.
    [[nodiscard]] GRADUS_INLINE simd::f32x16
    table(const simd::f32x16& levels, const part& one, index_t row) const {
        const simd::f32x16 scale(one.scale[row]);
        if constexpr (scaled_levels<M> || (counts && fixed_zero<M>)) {
            return levels * scale;
        } else if constexpr (counts) {
            return (levels - simd::f32x16(one.zero[row])) * scale;
        } else if constexpr (has_zero_point<M>) {
            const typename M::params grid{one.scale[row], static_cast<code_t>(one.zero[row])};
            return map_.template decode<simd::f32x16>(all_codes(), grid);
        } else {
            return map_.template decode<simd::f32x16>(all_codes(),
                                                      typename M::params{one.scale[row]});
        }
    }

    M map_;
    matrix_view<float> out_;
    bool streams_;
    index_t held_ = 0;
    index_t columns_ = 0;
    part parts_[most_parts];
    alignas(64) code_t codes_[most_columns / 16 * strip_bytes];
};

}  // namespace GRADUS_ISA
}  // namespace gradus
