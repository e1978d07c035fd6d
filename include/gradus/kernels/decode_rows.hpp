// SPDX-License-Identifier: MIT
// Full tiles of 32 rows to values, a long run of one row after the other.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/decode_pairs.hpp>
#include <gradus/kernels/tile_cursor.hpp>
#include <gradus/kernels/unpack_rows.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/layout/packed_view.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Layouts whose full tiles go by `row_decoder`.
template <class L>
concept decoded_by_rows = unpacked_by_rows<L> && vectorizable_mapping<typename L::mapping_type>;

/// Collects up to 128 columns of a tile, whatever their groups, then writes row by row. Rows of a
/// matrix are often a power of two apart, where 32 short runs fight for the same cache lines: runs
/// of 64 bytes reach a third of the speed of runs of 512. (Unpacking the next columns between the
/// rows of these, to use the time of the stores, made it a sixth slower.)
template <decoded_by_rows L> class row_decoder {
  public:
    using params = typename L::mapping_type::params;

    /// Most columns of one group in one call: whole blocks.
    static constexpr index_t part_cols = 128 / L::block_cols * L::block_cols;

    /// `streams`: rows begin at 64 bytes, and values go past the caches.
    GRADUS_INLINE
    row_decoder(const typename L::mapping_type& map, matrix_view<float> out, bool streams = false)
        : map_{map}, out_{out}, streams_{streams} {}

    /// Blocks of `columns` columns from `first` on, of one group, at `from`.
    GRADUS_INLINE void
    add(const lane_grid* grids, index_t first, index_t columns, const std::byte* from) {
        const index_t strips = (columns + 15) / 16;
        if (held_ == most_parts || strips_ + strips > most_strips) { flush(); }
        if (held_ == 0) { first_ = first; }
        set_grids(grids);
        columns_[held_] = columns;
        unpack_rows<L, zero>(from, columns, codes_ + strip_codes * strips_);
        ++held_;
        strips_ += strips;
    }

    /// Parts of one usual width get a loop of their own: with the widths unknown, short parts take
    /// twice the time.
    [[gnu::noinline]] void flush() {
        bool alike = true;
        for (index_t i = 1; i < held_; ++i) {
            alike = alike && columns_[i] == columns_[0];
        }
        const index_t width = alike && held_ != 0 ? columns_[0] : 0;
        if (streams_) {
            write_any<true>();
        } else if (width == 32) {
            write_alike<32>();
        } else if (width == 64) {
            write_alike<64>();
        } else if (width == 128) {
            write_alike<128>();
        } else {
            write_any<false>();
        }
        held_ = strips_ = 0;
    }

  private:
    using mapping_type = typename L::mapping_type;
    static constexpr index_t most_strips = 8;
    static constexpr index_t most_parts = 4;
    static constexpr bool counts = counted_from_zero<mapping_type>;

    /// Codes are held as signed distances from it, where it is the same for all.
    static constexpr int zero = [] {
        if constexpr (counts && fixed_zero<mapping_type>) {
            return int{mapping_type::zero_code};
        } else {
            return 0;
        }
    }();

    GRADUS_INLINE void set_grids(const lane_grid* grids) {
        for (index_t half = 0; half < 2; ++half) {
            grids[half].scale.store(&scale_[held_][simd::lanes * half]);
            if constexpr (has_zero_point<mapping_type>) {
                grids[half].zero.store(&zero_[held_][simd::lanes * half]);
            }
        }
    }

    [[nodiscard]] GRADUS_INLINE params grid(index_t part, index_t row) const {
        if constexpr (has_zero_point<mapping_type>) {
            return {scale_[part][row], static_cast<code_t>(zero_[part][row])};
        } else {
            return {scale_[part][row]};
        }
    }

    template <index_t Columns> GRADUS_INLINE void write_alike() const {
        const index_t stride = out_.stride;  // copies: a store might change them, for all g++ sees
        const index_t parts = held_;
        float* row = out_.data + first_;
        for (index_t r = 0; r < L::tile_rows; ++r, row += stride) {
            const code_t* codes = codes_ + row_in_strip(r);
            float* out = row;
            for (index_t i = 0; i < parts; ++i) {
                write_strips<Columns / 16>(i, r, codes, out);
                codes += Columns / 16 * strip_codes;
                out += Columns;
            }
        }
    }

    template <bool Streams> GRADUS_INLINE void write_any() const {
        for (index_t r = 0; r < L::tile_rows; ++r) {
            float* out = out_.data + r * out_.stride + first_;
            const code_t* codes = codes_ + row_in_strip(r);
            for (index_t i = 0; i < held_; ++i) {
                index_t left = columns_[i];
                for (; left >= 64; left -= 64, out += 64, codes += 4 * strip_codes) {
                    write_strips<4, Streams>(i, r, codes, out);
                }
                for (; left >= 16; left -= 16, out += 16, codes += strip_codes) {
                    write_strips<1, Streams>(i, r, codes, out);
                }
                if (left == 0) { continue; }
                float values[simd::lanes];
                write_strips<1>(i, r, codes, values);
                std::memcpy(out, values, left * sizeof(float));
                out += left;
                codes += strip_codes;
            }
        }
    }

    /// Some strips of one row.
    template <index_t Strips, bool Streams = false>
    GRADUS_INLINE void
    write_strips(index_t part, index_t row, const code_t* codes, float* out) const {
        const simd::f32x16 scale(scale_[part][row]);
        const std::uint32_t zero_point = zero_[part][row];
        simd::unrolled<Strips>([&](index_t s) GRADUS_INLINE_LAMBDA {
            const code_t* from = codes + strip_codes * s;
            if constexpr (counts && fixed_zero<mapping_type>) {
                put_values<Streams>(out + 16 * s, simd::signed_values(from) * scale);
            } else if constexpr (counts) {
                const auto steps = simd::values_from(simd::load_codes(from), zero_point);
                put_values<Streams>(out + 16 * s, steps * scale);
            } else {
                const auto code = simd::load_codes(from);
                put_values<Streams>(out + 16 * s,
                                    map_.template decode<simd::f32x16>(code, grid(part, row)));
            }
        });
    }

    typename L::mapping_type map_;
    matrix_view<float> out_;
    bool streams_;
    index_t held_ = 0;
    index_t strips_ = 0;
    index_t first_ = 0;
    index_t columns_[most_parts];
    float scale_[most_parts][L::tile_rows];
    std::uint32_t zero_[most_parts][L::tile_rows];
    alignas(64) code_t codes_[strip_codes * most_strips];
};

/// A full tile: out [32, cols]. Equal to map.decode of every code, bit for bit. `streams`: past the
/// caches, which takes columns in sixteens and rows that begin at 64 bytes.
template <decoded_by_rows L>
void decode_full_tile(const packed_view<L>& w,
                      index_t tile,
                      matrix_view<float> out,
                      bool streams = false) {
    const index_t group = w.shape().group_cols;
    const bool strips = w.cols % 16 == 0 && (group % 16 == 0 || group >= w.cols);
    if constexpr (decoded_by_pairs<L>) {
        if (strips) {
            return pair_decoder<L>{w.map, out, streams}.decode(tile_cursor<L>{w, tile, 0});
        }
    }
    using decoder = row_decoder<L>;
    tile_cursor<L> cursor{w, tile, 0};
    decoder rows{w.map, out, streams && strips && decoder::part_cols % 16 == 0};
    for (index_t column = 0; column < w.cols; cursor.next_group()) {
        const lane_grid grids[2] = {cursor.grid(0), cursor.grid(1)};
        while (column < cursor.group_end()) {
            const index_t width = std::min(decoder::part_cols, cursor.group_end() - column);
            rows.add(grids, column, width, cursor.block);
            cursor.block += geometry<L>::code_bytes(L::tile_rows, width);
            column += width;
        }
    }
    rows.flush();
}

}  // namespace GRADUS_ISA
}  // namespace gradus
