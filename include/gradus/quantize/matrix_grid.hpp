// SPDX-License-Identifier: MIT
// The one grid of a matrix, where the grouping spans all rows.
#pragma once

#include <gradus/kernels/tile_job.hpp>
#include <gradus/layout/grid_words.hpp>

#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The row word that a matrix grid stores before its scale (0 bytes where the format has none).
template <layout_type L>
[[nodiscard]] std::uint32_t matrix_word(const typename L::mapping_type& map, floats values) {
    if constexpr (L::scale_type::row_bits == 0) { return 0; }
    return typename L::scale_type{}.fit_row(magnitude(map.fit(extent_of(values)).scale) + 0.0f);
}

/// All values of a matrix, one after the other.
[[nodiscard]] inline std::vector<float> flattened(weights_view w) {
    std::vector<float> values;
    values.reserve(w.size());
    for (index_t r = 0; r < w.rows; ++r) {
        values.insert(values.end(), w.row(r).begin(), w.row(r).end());
    }
    return values;
}

/// Parameters estimated over all values at once; each value weighs what its column does.
template <layout_type L, class Range, rounding R>
[[nodiscard]] typename L::mapping_type::params matrix_grid_of(const tile_job<L, Range, R>& job,
                                                              weights_view w) {
    const std::vector<float> values = flattened(w);
    std::vector<float> importance;
    for (index_t r = 0; r < w.rows && !job.importance.empty(); ++r) {
        importance.insert(importance.end(), job.importance.begin(), job.importance.end());
    }
    const typename tile_job<L, Range, R>::stored map{job.map, matrix_word<L>(*job.map, values)};
    return map.fit(estimate(*job.range, values, importance, map));
}

/// Writes the head of the stream: [row word] scale, zero point.
template <layout_type L>
void write_matrix_grid(typename L::mapping_type::params grid, std::uint32_t word, std::byte* to) {
    using G = geometry<L>;
    tile_grid<L> one;
    one.set(0, grid);
    grid_words::store(to, word, G::row_bytes);
    grid_words::write(one, &word, 1, to + G::row_bytes);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
