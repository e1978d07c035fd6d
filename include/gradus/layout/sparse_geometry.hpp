// SPDX-License-Identifier: MIT
// Where everything lies in the bytes of a sparse matrix.
#pragma once

#include <gradus/layout/geometry.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/layout/survivor_pattern.hpp>

#include <algorithm>

namespace gradus {

/// No codes: what is left of a layout are its grids.
template <packing P> struct no_codes {
    static constexpr std::string_view name = "none";
    static constexpr int bits = P::bits;
    static constexpr int codes = P::codes;
    static constexpr index_t block = P::block;

    [[nodiscard]] GRADUS_INLINE static constexpr index_t bytes(index_t) noexcept { return 0; }

    GRADUS_INLINE static constexpr void pack(std::span<const code_t>,
                                             std::span<std::byte>) noexcept {}

    GRADUS_INLINE static constexpr void unpack(std::span<const std::byte>,
                                               std::span<code_t> out) noexcept {
        for (code_t& code : out) {
            code = 0;
        }
    }
};

/// Row words, scales and zero points of layout L, where they would be if codes took no room.
template <layout_type L>
using grids_of_layout = layout<typename L::mapping_type,
                               typename L::grouping_type,
                               typename L::scale_type,
                               no_codes<typename L::packing_type>,
                               L::tile_rows>;

/// A sparse matrix [rows, cols] in layout L keeps the codes of its survivors; every other place
/// holds the code of zero. Bytes, in order:
///
///     grids      those of layout/layout.hpp without blocks
///     index      a bit stream, tile after tile and block after block, the code order of
///                layout/code_order.hpp inside a block; whole bytes at its end.
///                mask: a bit a place. n of m: for each m columns, for each row, a number of
///                `bits()` bits (`places_of`); columns, groups and blocks are multiples of m then
///     ends       mask: u32 for each stretch of each tile, how many survivors there are up to its
///                end; n of m: nothing, they follow from the shape
///     survivors  all of them in the order of their places, in runs of P::block codes, packed
///
/// A stretch is where a reader may start: whole groups of up to 512 columns together, or pieces of
/// 512 columns (500 of base3) of a wider group.
///
/// So the size follows from shape and number of survivors alone, tile boundaries round nothing, and
/// survivors unpack like codes of a full block. (Survivors beside each block's part of the index
/// would lie in one stream, but round up to a byte a plane and block, need offsets of tiles, and
/// have lines that are nowhere full.)
template <layout_type L> struct sparse_geometry {
    static_assert(L::tile_rows == tiles_of_32, "sparse matrices have tiles of 32 rows");
    using P = typename L::packing_type;
    using grids_type = geometry<grids_of_layout<L>>;

    /// Most columns of a stretch.
    static constexpr index_t widest = index_t{512} / L::block_cols * L::block_cols;

    grids_type grids;
    survivor_pattern pattern;

    GRADUS_INLINE constexpr sparse_geometry(index_t rows,
                                            index_t cols,
                                            const typename L::grouping_type& groups,
                                            const survivor_pattern& where)
        : grids{rows, cols, groups}, pattern{where} {}

    /// Whether the pattern can be: m divides columns, groups and blocks.
    [[nodiscard]] GRADUS_INLINE constexpr bool fits() const {
        return pattern.valid() && grids.cols % pattern.m == 0 &&
               (grids.group_cols % pattern.m == 0 || grids.group_cols >= grids.cols) &&
               L::block_cols % pattern.m == 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t index_bytes() const {
        return (grids.rows * (grids.cols / pattern.m) * pattern.bits() + 7) / 8;
    }

    /// The bit of the index at which the block at `column` of a tile starts.
    [[nodiscard]] GRADUS_INLINE constexpr index_t index_bit(index_t tile, index_t column) const {
        const index_t above = tile * L::tile_rows * (grids.cols / pattern.m);
        return (above + grids.tile_height(tile) * (column / pattern.m)) * pattern.bits();
    }

    [[nodiscard]] GRADUS_INLINE constexpr bool has_wide_groups() const {
        return grids.group_cols > widest;
    }

    /// Columns of a full stretch.
    [[nodiscard]] GRADUS_INLINE constexpr index_t stretch_cols() const {
        return has_wide_groups() ? widest : widest / grids.group_cols * grids.group_cols;
    }

    /// The stretch in which a column of a tile lies.
    [[nodiscard]] GRADUS_INLINE constexpr index_t stretch_of(index_t column) const {
        if (!has_wide_groups()) { return column / stretch_cols(); }
        const index_t in_group = (grids.group_cols + widest - 1) / widest;
        return column / grids.group_cols * in_group + column % grids.group_cols / widest;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t stretch_begin(index_t column) const {
        const index_t base =
            has_wide_groups() ? column / grids.group_cols * grids.group_cols : index_t{0};
        return base + (column - base) / stretch_cols() * stretch_cols();
    }

    /// The column after the last one of the stretch that starts at `column`.
    [[nodiscard]] GRADUS_INLINE constexpr index_t stretch_end(index_t column) const {
        const index_t most = std::min(column + stretch_cols(), grids.cols);
        if (!has_wide_groups()) { return most; }
        return std::min(most, (column / grids.group_cols + 1) * grids.group_cols);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t stretches() const {
        return grids.cols == 0 ? 0 : stretch_of(grids.cols - 1) + 1;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t ends_bytes() const {
        return pattern.is_mask() ? 4 * grids.tiles() * stretches() : 0;
    }

    /// Survivors before `column` of a tile, where the shape tells.
    [[nodiscard]] GRADUS_INLINE constexpr index_t counted_before(index_t tile,
                                                                 index_t column) const {
        return (tile * L::tile_rows * (grids.cols / pattern.m) +
                grids.tile_height(tile) * (column / pattern.m)) *
               pattern.n;
    }

    /// All survivors, where the shape tells.
    [[nodiscard]] GRADUS_INLINE constexpr index_t counted() const {
        return grids.rows * (grids.cols / pattern.m) * pattern.n;
    }

    [[nodiscard]] GRADUS_INLINE static constexpr index_t survivor_bytes(index_t count) {
        return count / P::block * P::bytes(P::block) + P::bytes(count % P::block);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t index_offset() const {
        return grids.total_bytes();
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t ends_offset() const {
        return index_offset() + index_bytes();
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t survivors_offset() const {
        return ends_offset() + ends_bytes();
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t total_bytes(index_t survivors) const {
        return survivors_offset() + survivor_bytes(survivors);
    }
};

/// Stored bits of the same matrix with all of its codes.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE constexpr index_t
dense_bits(index_t rows, index_t cols, const typename L::grouping_type& groups) {
    return 8 * geometry<L>{rows, cols, groups}.total_bytes() + codebook_bits<L>;
}

/// Stored bits of a sparse matrix with so many survivors (n of m: those that the pattern names, so
/// the argument does not count), codebook included: exactly `size_in_bits()` of what will be
/// packed.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE constexpr index_t sparse_bits(index_t rows,
                                                          index_t cols,
                                                          const typename L::grouping_type& groups,
                                                          const survivor_pattern& pattern,
                                                          index_t survivors) {
    const sparse_geometry<L> shape{rows, cols, groups, pattern};
    const index_t kept = pattern.is_mask() ? survivors : shape.counted();
    return 8 * shape.total_bytes(kept) + codebook_bits<L>;
}

}  // namespace gradus
