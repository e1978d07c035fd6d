// SPDX-License-Identifier: MIT
// What the encoders of a matrix's tiles share, and which scales they must refuse.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/estimate.hpp>
#include <gradus/layout/geometry.hpp>
#include <gradus/layout/stored_mapping.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// What the encoder of a tile shares with those of all other tiles.
template <layout_type L, class Range, rounding R> struct tile_job {
    using stored = stored_mapping<typename L::mapping_type, typename L::scale_type>;

    geometry<L> shape;
    const typename L::mapping_type* map;
    const Range* range;
    const R* round;
    floats importance;                             ///< one weight a column, or empty
    typename L::mapping_type::params matrix_grid;  ///< used where the grouping spans rows
    bool streams = false;                          ///< nobody reads the packed bytes soon
};

/// The columns' importances that belong to a group.
[[nodiscard]] GRADUS_INLINE floats importance_of(floats importance, index_t first, index_t count) {
    return importance.empty() ? floats{} : importance.subspan(first, count);
}

/// The row's word: fixed before any of its groups, from the largest min-max scale among them.
template <layout_type L, class Range, rounding R>
[[nodiscard]] std::uint32_t row_word(const tile_job<L, Range, R>& job, floats row) {
    if constexpr (L::scale_type::row_bits == 0) {
        return 0;
    } else {
        float largest = 0.0f;
        for (index_t first = 0; first < row.size(); first += job.shape.group_cols) {
            const index_t count = std::min(job.shape.group_cols, row.size() - first);
            largest = greatest(largest,
                               magnitude(job.map->fit(extent_of(row.subspan(first, count))).scale));
        }
        return typename L::scale_type{}.fit_row(largest + 0.0f);  // zeros have no sign
    }
}

/// The first group whose scale has no stored form, by row of the tile and column; or a tile with a
/// value that is not finite, where encoding looks at them all.
struct unstorable_group {
    index_t row;
    index_t column;
    bool finite = true;
};

/// Whether the scale that a group wants survives its format: within the largest, and not rounded to
/// zero where there is something to quantize. Formats with a row word may flush groups that are
/// below 2^-8 of their row's largest; a row that vanishes as a whole is refused all the same.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE bool storable(float wanted, float stored, std::uint32_t word) {
    using S = typename L::scale_type;
    const bool vanished = stored == 0.0f && wanted != 0.0f && (S::row_bits == 0 || word == 0);
    return magnitude(wanted) <= S::largest && !vanished;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
