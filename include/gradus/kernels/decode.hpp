// SPDX-License-Identifier: MIT
// Packed tiles back to values.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/block_codes.hpp>
#include <gradus/kernels/decode_rows.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/grid_words.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/simd/widen.hpp>

#include <algorithm>
#include <cstdint>

namespace gradus {
inline namespace GRADUS_ISA {

/// Calls on_block(grid, first column, columns, codes) for every block of a tile, in order; `codes`
/// are in block order (layout/code_order.hpp). This is the decoding of one tile that every layout
/// owes its kernels: where the codes are and what their grids are.
template <layout_type L, class F>
GRADUS_INLINE void for_each_block(const packed_view<L>& w, index_t tile, F&& on_block) {
    using G = geometry<L>;
    if (w.cols == 0) { return; }  // no bytes at all, not even row words
    const G shape = w.shape();
    const index_t height = shape.tile_height(tile);
    const std::span<const std::byte> bytes = w.tile(tile);
    code_t codes[L::tile_rows * L::block_cols];
    std::uint32_t words[L::tile_rows] = {};
    tile_grid<L> grid;
    if constexpr (G::matrix_grid) {
        grid_words::read_matrix(w.bytes.data(), height, grid);
    } else {
        for (index_t r = 0; r < height; ++r) {
            words[r] = grid_words::load(bytes.data() + r * G::row_bytes, G::row_bytes);
        }
    }
    const std::byte* from = bytes.data() + (G::matrix_grid ? 0 : height * G::row_bytes);
    for (index_t first = 0; first < w.cols; first += shape.group_cols) {
        const index_t columns = std::min(shape.group_cols, w.cols - first);
        if constexpr (!G::matrix_grid) {
            grid_words::read<L>(from, words, height, grid);
            from += height * G::scale_bytes + G::zero_bytes(height);
        }
        for (index_t done = 0; done < columns; done += L::block_cols) {
            const index_t width = std::min(index_t{L::block_cols}, columns - done);
            const index_t count = height * width;
            const index_t size = L::packing_type::bytes(count);
            block_codes<typename L::packing_type>::unpack({from, size}, {codes, count});
            on_block(grid, first + done, width, static_cast<const code_t*>(codes));
            from += size;
        }
    }
}

/// Values of one run of codes under one grid; the definition is map.decode for each.
template <mapping M>
GRADUS_INLINE void
decode_run(const M& map, typename M::params p, const code_t* codes, std::span<float> out) {
    index_t i = 0;
    if constexpr (vectorizable_mapping<M>) {
        for (; i + simd::lanes <= out.size(); i += simd::lanes) {
            map.template decode<simd::f32x16>(simd::load_codes(codes + i), p).store(out.data() + i);
        }
    }
    for (; i < out.size(); ++i) {
        out[i] = map.decode(codes[i], p);
    }
}

/// A block's codes, in block order, to out [height, columns].
template <layout_type L>
GRADUS_INLINE void decode_block(const typename L::mapping_type& map,
                                const tile_grid<L>& grid,
                                const code_t* codes,
                                matrix_view<float> out) {
    // Four codes a word; room for a vector, as g++ 12 misses that short blocks load none.
    std::uint32_t quads[(L::block_cols + 15) / 16 * 4];
    auto* const row = static_cast<code_t*>(static_cast<void*>(quads));
    for (index_t r = 0; r < out.rows; ++r) {
        const code_t* run = codes;
        if constexpr (L::tile_rows != 1) {
            index_t c = 0;
            for (; c + 4 <= out.cols; c += 4) {
                std::memcpy(&quads[c / 4], codes + code_position(r, c, out.rows, out.cols), 4);
            }
            for (; c < out.cols; ++c) {
                row[c] = codes[code_position(r, c, out.rows, out.cols)];
            }
            run = row;
        }
        decode_run(map, grid.at(r), run, out.row(r));
    }
}

/// The rows of one tile, row-major: out [height, cols]. With row packing (`single_rows`) a tile is
/// a row: this is the look-up of an embedding.
template <layout_type L>
void decode_tile(const packed_view<L>& w,
                 index_t tile,
                 matrix_view<float> out,
                 bool streams = false) {
    GRADUS_EXPECT(out.cols == w.cols && out.rows == w.shape().tile_height(tile));
    if constexpr (decoded_by_rows<L>) {
        if (out.rows == L::tile_rows && w.cols != 0) {
            return decode_full_tile(w, tile, out, streams);
        }
    }
    for_each_block(
        w, tile,
        [&](const tile_grid<L>& grid, index_t first, index_t columns, const code_t* codes) {
            decode_block(w.map, grid, codes, out.columns(first, columns));
        });
}

/// Values of larger matrices go past the caches, if their rows begin at 64 bytes: an ordinary store
/// would read each line first (16 MiB and 64 MiB: 1.6 and 2.1 times the speed).
inline constexpr index_t streamed_values = index_t{1} << 20;

/// Whether `decode` may stream to `out`.
[[nodiscard]] inline bool streams_to(matrix_view<const float> out) {
    constexpr index_t line = 64;
    const auto at = reinterpret_cast<std::uintptr_t>(out.data);
    return out.size() >= streamed_values && out.cols % simd::lanes == 0 && at % line == 0 &&
           out.stride * sizeof(float) % line == 0;
}

/// The whole matrix: out [rows, cols]. Does not allocate.
template <layout_type L> void decode(const packed_view<L>& w, matrix_view<float> out) {
    GRADUS_EXPECT(out.rows == w.rows && out.cols == w.cols);
    const geometry<L> shape = w.shape();
    const bool streams = streams_to(out);
    for (index_t t = 0; t < shape.tiles(); ++t) {
        decode_tile(w, t, out.block(t * L::tile_rows, shape.tile_height(t)), streams);
    }
    if (streams) { simd::finish_streams(); }
}

/// The same for a matrix that owns its bytes (or anything else with a packed `view()`).
template <viewed_as_packed W> void decode(const W& w, matrix_view<float> out) {
    decode(w.view(), out);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
