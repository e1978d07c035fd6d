// SPDX-License-Identifier: MIT
// Walking a tile of a sparse matrix, group by group.
#pragma once

#include <gradus/kernels/survivor_codes.hpp>
#include <gradus/kernels/tile_cursor.hpp>
#include <gradus/kernels/tile_totals.hpp>
#include <gradus/layout/survivor_places.hpp>
#include <gradus/simd/expand.hpp>
#include <gradus/simd/four_places.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// `read_places` for 32 rows and whole quads, which start at a byte: a word a unit, where they lie
/// or in `room`.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE const std::byte* unit_places(const survivor_pattern& pattern,
                                                         const std::byte* index,
                                                         index_t columns,
                                                         std::uint64_t* room) {
    if (pattern.is_mask()) { return index; }
    const index_t units = columns / 2;
    if (pattern == survivor_pattern{2, 4}) {
        index_t i = 0;
        for (; i + 8 <= units; i += 8) {
            simd::places_of_units(index + 6 * i, room + i);
        }
        for (; i < units; ++i) {
            room[i] = simd::places_of_sixteen(index + 6 * i);
        }
    } else {
        read_places<L>(pattern, index, 0, L::tile_rows, columns, room);
    }
    return static_cast<const std::byte*>(static_cast<const void*>(room));
}

/// Word i of those.
[[nodiscard]] GRADUS_INLINE std::uint64_t word_at(const std::byte* words, index_t i) {
    std::uint64_t word = 0;
    std::memcpy(&word, words + 8 * i, 8);
    return word;
}

/// As tile_cursor for the dense layout: grids, and the codes of the next block.
template <layout_type L> class survivor_cursor {
    using P = typename L::packing_type;

  public:
    using grids_type = grids_of_layout<L>;
    static constexpr index_t halves = unit_terms<grids_type>::halves;
    static constexpr bool gives_registers = simd::expands_registers;

    /// Stands at `column` of a tile, the start of a block.
    survivor_cursor(const sparse_matrix_view<L>& w, index_t tile, index_t column)
        : w_{w},
          where_{w.places()},
          grids_{w.grids(), tile, column},
          tile_{tile},
          count_{w.survivor_count()},
          pattern_{w.pattern},
          index_{w.index()},
          at_{where_.index_bit(tile, where_.stretch_begin(column))},
          column_{where_.stretch_begin(column)} {
        set_zeros();
        while (column_ < column) {
            const index_t width = std::min(index_t{L::block_cols}, column - column_);
            const index_t group_left = where_.grids.group_cols - column_ % where_.grids.group_cols;
            skip(std::min(width, group_left));
        }
    }

    [[nodiscard]] GRADUS_INLINE bool full() const { return grids_.full(); }

    [[nodiscard]] GRADUS_INLINE index_t group_end() const { return grids_.group_end(); }

    [[nodiscard]] GRADUS_INLINE const tile_cursor<grids_type>& grids() const { return grids_; }

    GRADUS_INLINE void next_group() {
        grids_.next_group();
        if constexpr (has_zero_point<typename L::mapping_type>) { set_zeros(); }
    }

    /// As tile_cursor::take_units: [quad][half][16 rows][4 columns].
    GRADUS_INLINE void take_units(index_t columns, code_t* units) {
        if (full() && columns % 4 == 0) {
            std::uint64_t room[place_words<L>];
            enter();
            const std::byte* const places =
                unit_places<L>(pattern_, index_ + at_ / 8, columns, room);
            const code_t* from = next_;
            for (index_t u = 0; u < columns / 2; ++u) {
                from = simd::expand(from, word_at(places, u), zeros_[u % 2], units + 64 * u);
            }
            next_ = from;
            at_ += index_bits(columns);
            column_ += columns;
            return;
        }
        std::fill_n(units, (columns + 3) / 4 * 64 * halves, code_t{0});
        each_code(columns, [&](index_t r, index_t c, code_t code) {
            units[(c / 4 * simd::lanes * halves + r) * 4 + c % 4] = code;
        });
    }

    /// Calls f(unit, codes) for 16 rows by 4 columns of a full tile at a time, in order; whole
    /// quads.
    template <class F> GRADUS_INLINE void each_unit(index_t columns, F&& f) {
        std::uint64_t room[place_words<L>];
        const std::byte* const places = take_places(columns, room);
        read_ahead(places);
        const code_t* from = next_;
        const simd::byte_register rest[2] = {simd::load_bytes(zeros_[0]),
                                             simd::load_bytes(zeros_[1])};
        for (index_t u = 0; u < columns / 2; ++u) {
            const std::uint64_t word = word_at(places, u);
            f(u, simd::expanded(from, word, rest[u % 2]));
            from += std::popcount(word);
        }
        next_ = from;
    }

    /// The codes of a block in the order of layout/code_order.hpp.
    GRADUS_INLINE void take_codes(index_t columns, code_t* codes) {
        if (full() && columns % 4 == 0) { return take_units(columns, codes); }
        each_code(columns, [&](index_t r, index_t c, code_t code) {
            codes[code_position(r, c, grids_.height(), columns)] = code;
        });
    }

    /// The places of the units of some columns: whole blocks of a full tile, in one stretch and one
    /// segment. In `room` unless they are stored as such; their survivors start at `next()`.
    [[nodiscard]] GRADUS_INLINE const std::byte* take_places(index_t columns, std::uint64_t* room) {
        enter();
        const std::byte* const from = index_ + at_ / 8;
        at_ += index_bits(columns);
        column_ += columns;
        return unit_places<L>(pattern_, from, columns, room);
    }

    [[nodiscard]] GRADUS_INLINE const code_t* next() const { return next_; }

    GRADUS_INLINE void set_next(const code_t* next) { next_ = next; }

    /// Asks for what the blocks after these will need: places, and survivors of the next stretch,
    /// which is far away where they are bytes: those wait in the second cache (a seventh faster
    /// from memory; with fewer bits the first is a twentieth faster).
    GRADUS_INLINE void read_ahead(const std::byte* places) {
        ahead_.of(places, 64);
        for (index_t i = 0; i < following_step_; i += 64) {
            __builtin_prefetch(following_ + i, 0, L::packing_type::bits == 8 ? 2 : 3);
        }
        following_ += following_step_;
    }

    /// The codes of zero for the places of a unit.
    [[nodiscard]] GRADUS_INLINE const code_t* zeros(index_t half) const { return zeros_[half]; }

  private:
    /// Loads the stretch that starts here, if one does.
    GRADUS_INLINE void enter() {
        if (column_ >= stretch_end_) { load(); }
    }

    [[gnu::noinline]] void load() {
        stretch_end_ = where_.stretch_end(column_);
        const index_t stretch = where_.stretch_of(column_);
        const index_t first = w_.before(where_, tile_, stretch, column_);
        const index_t last = w_.before(where_, tile_, stretch + 1, stretch_end_);
        next_ = codes_.unpack(w_.survivors(), count_, first, last);
        // Those of the next stretch arrive meanwhile.
        const index_t bytes = where_.survivor_bytes(last - first);
        following_ = w_.survivors() + where_.survivor_bytes(last / P::block * P::block);
        const index_t blocks = (stretch_end_ - column_ + L::block_cols - 1) / L::block_cols;
        following_step_ = (bytes / blocks + 63) / 64 * 64;
    }

    [[gnu::noinline]] void skip(index_t columns) {
        std::uint64_t words[place_words<L>];
        enter();
        read_places<L>(pattern_, index_, at_, grids_.height(), columns, words);
        for (const std::uint64_t word : words) {
            next_ += std::popcount(word);
        }
        at_ += index_bits(columns);
        column_ += columns;
    }

    /// Calls f(row, column, code) for a block of any shape, in code order.
    template <class F> [[gnu::noinline]] void each_code(index_t columns, F&& f) {
        std::uint64_t words[place_words<L>];
        enter();
        const index_t height = grids_.height();
        read_places<L>(pattern_, index_, at_, height, columns, words);
        index_t place = 0;
        for (index_t quad = 0; quad < columns; quad += 4) {
            for (index_t r = 0; r < height; ++r) {
                for (index_t c = quad; c < std::min(quad + 4, columns); ++c, ++place) {
                    const bool survives = ((words[place / 64] >> (place % 64)) & 1u) != 0;
                    f(r, c, survives ? *next_++ : zeros_[r / simd::lanes][r % simd::lanes * 4]);
                }
            }
        }
        at_ += index_bits(columns);
        column_ += columns;
    }

    /// Bits of the index for some columns of the tile: m is a power of two.
    [[nodiscard]] GRADUS_INLINE index_t index_bits(index_t columns) const {
        return (grids_.height() * columns >> std::countr_zero(pattern_.m)) * number_bits_;
    }

    GRADUS_INLINE void set_zeros() {
        if constexpr (has_zero_point<typename L::mapping_type>) {
            for (index_t h = 0; h < halves; ++h) {
                code_t rows[simd::lanes];
                simd::store_codes(grids_.grid(h).zero, rows);
                for (index_t i = 0; i < 64; ++i) {
                    zeros_[h][i] = rows[i / 4];
                }
            }
        } else {
            std::fill_n(zeros_[0], 64 * halves, w_.zero);
        }
    }

    sparse_matrix_view<L> w_;
    sparse_geometry<L> where_;
    tile_cursor<grids_type> grids_;
    index_t tile_;
    index_t count_;
    survivor_pattern pattern_;
    index_t number_bits_ = pattern_.bits();
    const std::byte* index_;
    index_t at_;  ///< the bit at which the next block starts
    index_t column_;
    index_t stretch_end_ = 0;
    simd::read_ahead ahead_;
    const std::byte* following_ = nullptr;
    index_t following_step_ = 0;
    const code_t* next_ = nullptr;
    alignas(64) code_t zeros_[halves][64];
    survivor_codes<L> codes_;
};

template <layout_type L> struct cursor_type<sparse_matrix_view<L>> {
    using type = survivor_cursor<L>;
};

template <layout_type L>
[[nodiscard]] GRADUS_INLINE auto grids_of(const survivor_cursor<L>& cursor,
                                          const unit_terms<grids_of_layout<L>>& weights) {
    return grids_of(cursor.grids(), weights);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
