// SPDX-License-Identifier: MIT
// Sparse matrices back to values.
#pragma once

#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/survivor_cursor.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// As for a dense matrix: on_block(grid, first column, columns, codes) for every block of a tile,
/// the codes of zero included.
template <layout_type L, class F>
void for_each_block(const sparse_matrix_view<L>& w, index_t tile, F&& on_block) {
    if (w.cols == 0) { return; }
    survivor_cursor<L> cursor{w, tile, 0};
    alignas(64) code_t codes[L::tile_rows * L::block_cols + unpacking_room];
    for_each_block(w.grids(), tile,
                   [&](const auto& grid, index_t first, index_t columns, const code_t*) {
                       if (first == cursor.group_end()) { cursor.next_group(); }
                       cursor.take_codes(columns, codes);
                       on_block(grid, first, columns, static_cast<const code_t*>(codes));
                   });
}

/// The rows of one tile: out [height, cols].
template <layout_type L>
void decode_tile(const sparse_matrix_view<L>& w, index_t tile, matrix_view<float> out) {
    GRADUS_EXPECT(out.cols == w.cols && out.rows == w.shape().tile_height(tile));
    for_each_block(w, tile,
                   [&](const auto& grid, index_t first, index_t columns, const code_t* codes) {
                       decode_block(w.map, grid, codes, out.columns(first, columns));
                   });
}

/// The whole matrix: out [rows, cols]. What was pruned is exactly zero (of either sign: the bits
/// are those of the dense matrix with the code of zero there). Does not allocate.
template <layout_type L> void decode(const sparse_matrix_view<L>& w, matrix_view<float> out) {
    GRADUS_EXPECT(out.rows == w.rows && out.cols == w.cols);
    for (index_t t = 0; t < w.shape().tiles(); ++t) {
        decode_tile(w, t, out.block(t * L::tile_rows, w.shape().tile_height(t)));
    }
}

/// The same for a matrix that owns its bytes (or anything else with a sparse `view()`).
template <viewed_as_sparse W> void decode(const W& w, matrix_view<float> out) {
    decode(w.view(), out);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
