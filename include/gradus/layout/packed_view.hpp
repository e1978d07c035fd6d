// SPDX-License-Identifier: MIT
// A packed matrix that somebody else owns.
#pragma once

#include <gradus/layout/geometry.hpp>
#include <gradus/layout/layout.hpp>

#include <span>

namespace gradus {

/// A matrix [rows, cols] in layout L. `map` holds what the mapping needs beyond the stream (a
/// trained codebook, a grid offset); `groups` the group size where it is a run-time value.
template <layout_type L> struct packed_view {
    std::span<const std::byte> bytes;
    index_t rows = 0;
    index_t cols = 0;
    typename L::mapping_type map = {};
    typename L::grouping_type groups = {};

    [[nodiscard]] GRADUS_INLINE geometry<L> shape() const { return {rows, cols, groups}; }

    /// Whether the bytes are as many as the shape asks for: what a reader must check.
    [[nodiscard]] GRADUS_INLINE bool complete() const {
        return bytes.size() == shape().total_bytes();
    }

    /// The bytes of one tile.
    [[nodiscard]] GRADUS_INLINE std::span<const std::byte> tile(index_t t) const {
        const geometry<L> where = shape();
        GRADUS_EXPECT(complete() && t < where.tiles());
        return bytes.subspan(where.tile_offset(t), where.tile_bytes(where.tile_height(t)));
    }
};

/// Anything that hands out a packed view of itself.
template <class W>
concept viewed_as_packed =
    requires(const W& w) { []<layout_type L>(const packed_view<L>&) {}(w.view()); };

/// Bits of a mapping's stored codebook: one f16 a level.
template <layout_type L>
inline constexpr index_t codebook_bits =
    L::codebook == codebook_scope::matrix ? 16 * static_cast<index_t>(L::mapping_type::codes) : 0;

}  // namespace gradus
