// SPDX-License-Identifier: MIT
// A pruned and quantized matrix that somebody else owns.
#pragma once

#include <gradus/layout/sparse_geometry.hpp>

#include <cstring>
#include <span>

namespace gradus {

/// A matrix [rows, cols] in layout L whose zeros are not stored: layout/sparse_geometry.hpp.
/// Kernels trust the bytes; those from elsewhere go through `sparse_view_of` first.
template <layout_type L> struct sparse_matrix_view {
    using layout_type = L;

    std::span<const std::byte> bytes;
    index_t rows = 0;
    index_t cols = 0;
    typename L::mapping_type map = {};
    typename L::grouping_type groups = {};
    survivor_pattern pattern = {};
    code_t zero = 0;  ///< the code of every other place, without zero points (`zero_code_of`)

    /// Of rows, columns, groups and tiles: of the grids.
    [[nodiscard]] GRADUS_INLINE geometry<grids_of_layout<L>> shape() const {
        return {rows, cols, groups};
    }

    [[nodiscard]] GRADUS_INLINE sparse_geometry<L> places() const {
        return {rows, cols, groups, pattern};
    }

    [[nodiscard]] GRADUS_INLINE packed_view<grids_of_layout<L>> grids() const {
        return {bytes.first(shape().total_bytes()), rows, cols, map, groups};
    }

    [[nodiscard]] GRADUS_INLINE const std::byte* index() const {
        return bytes.data() + places().index_offset();
    }

    [[nodiscard]] GRADUS_INLINE const std::byte* survivors() const {
        return bytes.data() + places().survivors_offset();
    }

    /// Survivors before stretch `stretch` of a tile, which starts at `column`. All of them: those
    /// before the first stretch of the tile behind the last.
    [[nodiscard]] GRADUS_INLINE index_t before(const sparse_geometry<L>& where,
                                               index_t tile,
                                               index_t stretch,
                                               index_t column) const {
        if (!pattern.is_mask()) { return where.counted_before(tile, column); }
        const index_t i = tile * where.stretches() + stretch;
        if (i == 0) { return 0; }
        std::uint32_t end = 0;
        std::memcpy(&end, bytes.data() + where.ends_offset() + 4 * (i - 1), 4);
        return end;
    }

    [[nodiscard]] GRADUS_INLINE index_t survivor_count() const {
        const sparse_geometry<L> where = places();
        if (!pattern.is_mask()) { return where.counted(); }
        return cols == 0 || rows == 0 ? 0 : before(where, shape().tiles(), 0, 0);
    }

    /// Whether the bytes are as many as shape and survivors ask for.
    [[nodiscard]] GRADUS_INLINE bool complete() const {
        const sparse_geometry<L> where = places();
        return where.fits() && bytes.size() >= where.survivors_offset() &&
               bytes.size() == where.total_bytes(survivor_count());
    }

    [[nodiscard]] GRADUS_INLINE index_t size_in_bits() const {
        return 8 * bytes.size() + codebook_bits<L>;
    }
};

/// Anything that hands out such a view of itself.
template <class W>
concept viewed_as_sparse =
    requires(const W& w) { []<layout_type L>(const sparse_matrix_view<L>&) {}(w.view()); };

}  // namespace gradus
