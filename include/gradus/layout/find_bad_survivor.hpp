// SPDX-License-Identifier: MIT
// Looking over a sparse matrix that came from somewhere else.
#pragma once

#include <gradus/layout/survivor_places.hpp>

#include <bit>
#include <optional>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The survivors of the stretch that starts at `column` of a tile, or nothing where the index has a
/// number that is none.
template <layout_type L>
[[nodiscard]] std::optional<index_t>
count_survivors(const sparse_matrix_view<L>& w, index_t tile, index_t column) {
    const sparse_geometry<L> where = w.places();
    const index_t height = where.grids.tile_height(tile);
    const index_t begin = where.index_bit(tile, column);
    const index_t end =
        begin + height * ((where.stretch_end(column) - column) / w.pattern.m) * w.pattern.bits();
    index_t count = 0;
    if (w.pattern.is_mask()) {
        for (index_t at = begin; at < end; at += 8) {
            const index_t left = end - at;
            count += static_cast<index_t>(
                std::popcount(stream_bits(w.index(), at, left < 8 ? left : index_t{8})));
        }
        return count;
    }
    const index_t ways = w.pattern.ways();
    for (index_t at = begin; at < end; at += w.pattern.bits()) {
        if (stream_bits(w.index(), at, w.pattern.bits()) >= ways) { return std::nullopt; }
        count += w.pattern.n;
    }
    return count;
}

/// Why index and ends of bytes that are complete do not belong together, as the end of a sentence;
/// nothing where they do. Codes need no such look: every bit pattern is one.
template <layout_type L>
[[nodiscard]] std::optional<std::string> find_bad_survivor(const sparse_matrix_view<L>& w) {
    const sparse_geometry<L> where = w.places();
    index_t total = 0;
    for (index_t t = 0; t < where.grids.tiles(); ++t) {
        index_t stretch = 0;
        for (index_t first = 0; first < w.cols; first = where.stretch_end(first)) {
            const auto count = count_survivors(w, t, first);
            ++stretch;
            const std::string place = " of tile " + std::to_string(t) + ", columns from " +
                                      std::to_string(first) + " on,";
            if (!count) { return "the index" + place + " has a number of no pattern"; }
            total += *count;
            if (w.before(where, t, stretch, where.stretch_end(first)) != total) {
                return "the survivors" + place + " are not as many as their index says";
            }
        }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
