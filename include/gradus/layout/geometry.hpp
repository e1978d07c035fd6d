// SPDX-License-Identifier: MIT
// Where everything lies in the bytes of a layout.
#pragma once

#include <gradus/concepts/layout.hpp>
#include <gradus/core/contract.hpp>

#include <bit>

namespace gradus {

static_assert(std::endian::native == std::endian::little, "stored words are little-endian");

/// Sizes and offsets of a matrix [rows, cols] in layout L. All of them follow from the shape, the
/// group size and the layout; offsets take constant time.
template <layout_type L> struct geometry {
    using M = typename L::mapping_type;
    using S = typename L::scale_type;
    using P = typename L::packing_type;

    static constexpr bool matrix_grid = L::grouping_type::spans_rows;
    static constexpr index_t scale_bytes = S::bits / 8;
    static constexpr index_t row_bytes = S::row_bits / 8;

    index_t rows;
    index_t cols;
    index_t group_cols;  ///< columns of a full group

    GRADUS_INLINE constexpr geometry(index_t row_count,
                                     index_t col_count,
                                     const typename L::grouping_type& groups)
        : rows{row_count}, cols{col_count}, group_cols{groups.columns(col_count)} {
        GRADUS_EXPECT(col_count == 0 || group_cols > 0);
    }

    [[nodiscard]] GRADUS_INLINE static constexpr index_t zero_bytes(index_t tile_height) {
        return has_zero_point<M> ? (tile_height * static_cast<index_t>(M::bits) + 7) / 8 : 0;
    }

    [[nodiscard]] GRADUS_INLINE static constexpr index_t code_bytes(index_t tile_height,
                                                                    index_t columns) {
        const index_t full = columns / L::block_cols;
        return full * P::bytes(tile_height * L::block_cols) +
               P::bytes(tile_height * (columns % L::block_cols));
    }

    [[nodiscard]] GRADUS_INLINE static constexpr index_t group_bytes(index_t tile_height,
                                                                     index_t columns) {
        const index_t grid = matrix_grid ? 0 : tile_height * scale_bytes + zero_bytes(tile_height);
        return columns == 0 ? 0 : grid + code_bytes(tile_height, columns);
    }

    /// Bytes before the first tile.
    [[nodiscard]] GRADUS_INLINE static constexpr index_t head_bytes() {
        return matrix_grid ? row_bytes + scale_bytes + zero_bytes(1) : 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t groups() const {
        return group_cols == 0 ? 0 : (cols + group_cols - 1) / group_cols;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_bytes(index_t tile_height) const {
        if (cols == 0) { return 0; }
        const index_t words = matrix_grid ? 0 : tile_height * row_bytes;
        return words + cols / group_cols * group_bytes(tile_height, group_cols) +
               group_bytes(tile_height, cols % group_cols);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tiles() const {
        return (rows + L::tile_rows - 1) / L::tile_rows;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_height(index_t tile) const {
        const index_t left = rows - tile * L::tile_rows;
        return left < L::tile_rows ? left : L::tile_rows;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_offset(index_t tile) const {
        return head_bytes() + tile * tile_bytes(L::tile_rows);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t total_bytes() const {
        if (rows == 0 || cols == 0) { return 0; }
        return tile_offset(tiles() - 1) + tile_bytes(tile_height(tiles() - 1));
    }
};

}  // namespace gradus
