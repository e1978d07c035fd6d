// SPDX-License-Identifier: MIT
// Walking the stream of a tile, group by group.
#pragma once

#include <gradus/kernels/lane_grid.hpp>
#include <gradus/kernels/unit_terms.hpp>
#include <gradus/kernels/unpack_units.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/packed_view.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Stands in a group of a tile: its grids, one row a lane, and the bytes of its next block.
template <layout_type L> class tile_cursor {
    using G = geometry<L>;
    using P = typename L::packing_type;
    static constexpr index_t halves = unit_terms<L>::halves;
    static constexpr bool lanes_filled = L::tile_rows == halves * simd::lanes;

  public:
    static constexpr bool gives_registers = false;  ///< `each_unit` (survivor_cursor.hpp)

    /// Stands at `column` of a tile, the start of a block.
    GRADUS_INLINE tile_cursor(const packed_view<L>& w, index_t tile, index_t column)
        : shape_{w.shape()},
          height_{shape_.tile_height(tile)},
          tile_{w.bytes.data() + shape_.tile_offset(tile)},
          tile_stride_{shape_.tile_bytes(height_)},
          group_stride_{G::group_bytes(height_, shape_.group_cols)} {
        if constexpr (G::matrix_grid) {
            read_matrix_grid(w.bytes.data());
        } else if constexpr (lanes_filled) {
            for (index_t h = 0; h < halves && full(); ++h) {
                scales_[h].set_rows(tile_ + h * simd::lanes * G::row_bytes);
            }
        }
        const index_t group = column / shape_.group_cols;
        const index_t words = G::matrix_grid ? 0 : height_ * G::row_bytes;
        group_ = tile_ + words + group * group_stride_;
        group_end_ = std::min((group + 1) * shape_.group_cols, shape_.cols);
        read_grid();
        block = codes() + G::code_bytes(height_, column - group * shape_.group_cols);
    }

    [[nodiscard]] GRADUS_INLINE index_t height() const { return height_; }

    /// All rows of the tile exist.
    [[nodiscard]] GRADUS_INLINE bool full() const { return height_ == L::tile_rows; }

    [[nodiscard]] GRADUS_INLINE const lane_grid& grid(index_t half) const { return grid_[half]; }

    /// Bytes from one tile to the next.
    [[nodiscard]] GRADUS_INLINE index_t tile_stride() const { return tile_stride_; }

    /// The column after the group's last.
    [[nodiscard]] GRADUS_INLINE index_t group_end() const { return group_end_; }

    /// The first byte of the group.
    [[nodiscard]] GRADUS_INLINE const std::byte* group() const { return group_; }

    [[nodiscard]] GRADUS_INLINE index_t group_stride() const { return group_stride_; }

    [[nodiscard]] GRADUS_INLINE const scale_lanes<typename L::scale_type>&
    scales(index_t half) const {
        return scales_[half];
    }

    /// To the next group, if there is one.
    GRADUS_INLINE void next_group() {
        if (group_end_ >= shape_.cols) { return; }
        group_ += group_stride_;
        group_end_ = std::min(group_end_ + shape_.group_cols, shape_.cols);
        read_grid();
        block = codes();
    }

    /// The codes of a block of `columns` columns as [quad][half][16 rows][4 columns], zeros where
    /// the tile or the last quad is narrower; moves past them. Needs `unpacking_room` behind them.
    GRADUS_INLINE void take_units(index_t columns, code_t* units) {
        const index_t count = height_ * columns;
        const index_t size = P::bytes(count);
        if (lanes_filled && full() && columns % 4 == 0) {
            unit_unpacker<P>::unpack(block, count, units);
        } else {
            scatter(columns, units);
        }
        block += size;
    }

    const std::byte* block = nullptr;  ///< the next one

  private:
    [[gnu::noinline]] void scatter(index_t columns, code_t* units) const {
        alignas(64) code_t codes[L::tile_rows * L::block_cols + unpacking_room];
        unit_unpacker<P>::unpack(block, height_ * columns, codes);
        std::fill_n(units, (columns + 3) / 4 * 64 * halves, code_t{0});
        for (index_t r = 0; r < height_; ++r) {
            for (index_t c = 0; c < columns; ++c) {
                units[(c / 4 * simd::lanes * halves + r) * 4 + c % 4] =
                    codes[code_position(r, c, height_, columns)];
            }
        }
    }

    [[nodiscard]] GRADUS_INLINE const std::byte* codes() const {
        return group_ + (G::matrix_grid ? 0 : height_ * G::scale_bytes + G::zero_bytes(height_));
    }

    GRADUS_INLINE void set_grids(const tile_grid<L>& grid) {
        for (index_t h = 0; h < halves; ++h) {
            grid_[h] = lanes_of_grid(grid, h);
        }
    }

    [[gnu::noinline]] void read_matrix_grid(const std::byte* head) {
        tile_grid<L> grid;
        grid_words::read_matrix(head, height_, grid);
        set_grids(grid);
    }

    GRADUS_INLINE void read_grid() {
        if constexpr (!G::matrix_grid) {
            if (lanes_filled && full()) {
                simd::unrolled<halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
                    grid_[h] = read_lane_grid<L>(group_, scales_[h], h);
                });
            } else {
                read_narrow_grid();
            }
        }
    }

    [[gnu::noinline]] void read_narrow_grid() {
        std::uint32_t words[L::tile_rows] = {};
        for (index_t r = 0; r < height_; ++r) {
            words[r] = grid_words::load(tile_ + r * G::row_bytes, G::row_bytes);
        }
        tile_grid<L> grid;
        grid_words::read<L>(group_, words, height_, grid);
        set_grids(grid);
    }

    G shape_;
    index_t height_;
    const std::byte* tile_;
    index_t tile_stride_;
    index_t group_stride_;
    const std::byte* group_ = nullptr;
    index_t group_end_ = 0;
    scale_lanes<typename L::scale_type> scales_[halves] = {};
    lane_grid grid_[halves] = {};
};

/// What walks a tile of weights in some form: a specialisation has `type`.
template <class View> struct cursor_type;

template <layout_type L> struct cursor_type<packed_view<L>> {
    using type = tile_cursor<L>;
};

template <class View> using cursor_of = typename cursor_type<View>::type;

}  // namespace GRADUS_ISA
}  // namespace gradus
