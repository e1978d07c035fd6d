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

/// Places of two numbers of 2:4.
inline constexpr simd::places_of_pairs places_of_two_of_four = [] {
    simd::places_of_pairs table{};
    for (unsigned i = 0; i < 64; ++i) {
        const unsigned low = i % 8 < 6 ? places_of(2, i % 8) : 0u;
        const unsigned high = i / 8 < 6 ? places_of(2, i / 8) : 0u;
        table[i] = static_cast<std::uint8_t>(low | (high << 4));
    }
    return table;
}();

/// `read_places` for 32 rows and whole quads: a word a unit.
template <layout_type L>
GRADUS_INLINE void read_unit_places(const survivor_pattern& pattern,
                                    const std::byte* index,
                                    index_t at,
                                    index_t columns,
                                    std::uint64_t* words) {
    const index_t units = columns / 2;
    if (pattern.is_mask()) {
        std::memcpy(words, index + at / 8, 8 * units);
    } else if (pattern == survivor_pattern{2, 4}) {
        index_t i = 0;
        for (index += at / 8; i + 8 <= units; i += 8) {
            simd::places_of_units(index + 6 * i, places_of_two_of_four, words + i);
        }
        for (; i < units; ++i) {
            words[i] = simd::places_of_sixteen(index + 6 * i, places_of_two_of_four);
        }
    } else {
        read_places<L>(pattern, index, at, L::tile_rows, columns, words);
    }
}

/// As tile_cursor for the dense layout: grids, and the codes of the next block.
template <layout_type L> class survivor_cursor {
  public:
    using grids_type = grids_of_layout<L>;
    static constexpr index_t halves = unit_terms<grids_type>::halves;

    /// Stands at `column` of a tile, the start of a block.
    survivor_cursor(const sparse_matrix_view<L>& w, index_t tile, index_t column)
        : w_{w},
          where_{w.places()},
          grids_{w.grids(), tile, column},
          tile_{tile},
          count_{w.survivor_count()},
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
        std::uint64_t words[place_words<L>];
        if (full() && columns % 4 == 0) {
            take_places(columns, words);
            for (index_t u = 0; u < columns / 2; ++u) {
                next_ = simd::expand(next_, words[u], zeros_[u % 2], units + 64 * u);
            }
            return;
        }
        std::fill_n(units, (columns + 3) / 4 * 64 * halves, code_t{0});
        each_code(columns, [&](index_t r, index_t c, code_t code) {
            units[(c / 4 * simd::lanes * halves + r) * 4 + c % 4] = code;
        });
    }

    /// The codes of a block in the order of layout/code_order.hpp.
    GRADUS_INLINE void take_codes(index_t columns, code_t* codes) {
        if (full() && columns % 4 == 0) { return take_units(columns, codes); }
        each_code(columns, [&](index_t r, index_t c, code_t code) {
            codes[code_position(r, c, grids_.height(), columns)] = code;
        });
    }

    /// The places of a block's units; its survivors start at `next()`.
    GRADUS_INLINE void take_places(index_t columns, std::uint64_t* words) {
        enter();
        read_unit_places<L>(w_.pattern, w_.index(), where_.index_bit(tile_, column_), columns,
                            words);
        column_ += columns;
    }

    [[nodiscard]] GRADUS_INLINE const code_t* next() const { return next_; }

    GRADUS_INLINE void set_next(const code_t* next) { next_ = next; }

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
    }

    [[gnu::noinline]] void skip(index_t columns) {
        std::uint64_t words[place_words<L>];
        enter();
        read_places<L>(w_.pattern, w_.index(), where_.index_bit(tile_, column_), grids_.height(),
                       columns, words);
        for (const std::uint64_t word : words) {
            next_ += std::popcount(word);
        }
        column_ += columns;
    }

    /// Calls f(row, column, code) for a block of any shape, in code order.
    template <class F> [[gnu::noinline]] void each_code(index_t columns, F&& f) {
        std::uint64_t words[place_words<L>];
        enter();
        const index_t height = grids_.height();
        read_places<L>(w_.pattern, w_.index(), where_.index_bit(tile_, column_), height, columns,
                       words);
        index_t place = 0;
        for (index_t quad = 0; quad < columns; quad += 4) {
            for (index_t r = 0; r < height; ++r) {
                for (index_t c = quad; c < std::min(quad + 4, columns); ++c, ++place) {
                    const bool survives = ((words[place / 64] >> (place % 64)) & 1u) != 0;
                    f(r, c, survives ? *next_++ : zeros_[r / simd::lanes][r % simd::lanes * 4]);
                }
            }
        }
        column_ += columns;
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
    index_t column_;
    index_t stretch_end_ = 0;
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
