// SPDX-License-Identifier: MIT
// Looking over the grids of a packed matrix that came from somewhere else.
#pragma once

#include <gradus/layout/grid_words.hpp>
#include <gradus/layout/packed_view.hpp>

#include <algorithm>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

struct grid_place {
    index_t row;
    index_t column;
};

/// The first group whose decoded scale is NaN or infinite: its values could not be used. Codes need
/// no such look: every bit pattern is one.
template <layout_type L>
[[nodiscard]] std::optional<grid_place> find_bad_grid(const packed_view<L>& w) {
    using G = geometry<L>;
    const G shape = w.shape();
    const auto finite = [](float scale) { return magnitude(scale) <= 0x1.fffffep127f; };
    std::uint32_t words[L::tile_rows] = {};
    tile_grid<L> grid;
    if constexpr (G::matrix_grid) {
        grid_words::read_matrix(w.bytes.data(), 1, grid);
        return finite(grid.scale[0]) ? std::nullopt : std::optional<grid_place>{{0, 0}};
    }
    for (index_t t = 0; t < shape.tiles(); ++t) {
        const index_t height = shape.tile_height(t);
        const std::byte* from = w.tile(t).data();
        for (index_t r = 0; r < height; ++r) {
            words[r] = grid_words::load(from + r * G::row_bytes, G::row_bytes);
        }
        from += height * G::row_bytes;
        for (index_t first = 0; first < w.cols; first += shape.group_cols) {
            grid_words::read<L>(from, words, height, grid);
            for (index_t r = 0; r < height; ++r) {
                if (!finite(grid.scale[r])) { return grid_place{t * L::tile_rows + r, first}; }
            }
            from += G::group_bytes(height, std::min(shape.group_cols, w.cols - first));
        }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
