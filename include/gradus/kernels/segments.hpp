// SPDX-License-Identifier: MIT
// The runs of columns over which an integer product sums before it goes back to floats.
#pragma once

#include <gradus/concepts/activation_scheme.hpp>
#include <gradus/layout/geometry.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// A segment lies in one group, starts at a block, and has at most `limit` columns:
/// 512 * 255 * 128 stays far below 2^31, so sums of integers never overflow.
template <layout_type L, activation_scheme A> struct segments {
    static constexpr index_t widest = 512;
    static constexpr index_t wanted =
        A::segment_columns == 0 ? widest : std::min(A::segment_columns, widest);
    static constexpr index_t limit =
        std::max(index_t{1}, wanted / L::block_cols) * index_t{L::block_cols};

    index_t cols;
    index_t group_cols;

    GRADUS_INLINE explicit constexpr segments(const geometry<L>& shape)
        : cols{shape.cols}, group_cols{shape.group_cols} {}

    /// Columns of the segment that starts at `column`.
    [[nodiscard]] GRADUS_INLINE constexpr index_t width(index_t column) const {
        const index_t group_end = std::min(column - column % group_cols + group_cols, cols);
        return std::min(limit, group_end - column);
    }

    /// Bytes that `columns` columns of one segment take as operands: blocks, in whole quads.
    [[nodiscard]] GRADUS_INLINE static constexpr index_t padded(index_t columns) {
        const index_t full = columns / L::block_cols;
        const index_t rest = columns % L::block_cols;
        return full * ((index_t{L::block_cols} + 3) / 4 * 4) + (rest + 3) / 4 * 4;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
