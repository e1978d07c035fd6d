// SPDX-License-Identifier: MIT
// From the plain order of codes to a layout's bytes and back, exactly.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/block_codes.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/layout/check_plain_codes.hpp>
#include <gradus/layout/packed_matrix.hpp>

#include <algorithm>
#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// The codes of one group of a tile, to its blocks at `to`.
template <layout_type L> void pack_plain_group(matrix_view<const code_t> codes, std::byte* to) {
    code_t ordered[L::tile_rows * L::block_cols];
    for (index_t first = 0; first < codes.cols; first += L::block_cols) {
        const index_t width = std::min(index_t{L::block_cols}, codes.cols - first);
        for (index_t r = 0; r < codes.rows; ++r) {
            const code_t* row = codes.data + r * codes.stride + first;
            index_t c = 0;
            for (; c + 4 <= width; c += 4) {  // four columns of a row lie side by side
                std::memcpy(ordered + code_position(r, c, codes.rows, width), row + c, 4);
            }
            for (; c < width; ++c) {
                ordered[code_position(r, c, codes.rows, width)] = row[c];
            }
        }
        const index_t count = codes.rows * width;
        const index_t bytes = L::packing_type::bytes(count);
        block_codes<typename L::packing_type>::pack({ordered, count}, {to, bytes});
        to += bytes;
    }
}

/// The grids of `height` rows from `row` on, of one group.
template <layout_type L>
[[nodiscard]] tile_grid<L>
plain_grid(const plain_codes_view& plain, index_t row, index_t height, index_t group) {
    tile_grid<L> grid;
    for (index_t r = 0; r < height; ++r) {
        grid.scale[r] = plain.scales(row + r, group);
        if constexpr (has_zero_point<typename L::mapping_type>) {
            grid.zero[r] = plain.zeros(row + r, group);
        }
    }
    return grid;
}

template <layout_type L>
void pack_plain_tile(const plain_codes_view& plain,
                     const geometry<L>& shape,
                     index_t tile,
                     std::byte* to) {
    using G = geometry<L>;
    const index_t height = shape.tile_height(tile);
    const index_t top = tile * L::tile_rows;
    std::uint32_t words[L::tile_rows] = {};
    for (index_t r = 0; !G::matrix_grid && r < height; ++r) {
        words[r] = plain.row_words.empty() ? 0 : plain.row_words[top + r];
        grid_words::store(to, words[r], G::row_bytes);
        to += G::row_bytes;
    }
    const matrix_view<const code_t> rows = plain.codes.block(top, height);
    for (index_t first = 0, group = 0; first < shape.cols; first += shape.group_cols, ++group) {
        const index_t columns = std::min(shape.group_cols, shape.cols - first);
        if constexpr (!G::matrix_grid) {
            grid_words::write<L>(plain_grid<L>(plain, top, height, group), words, height, to);
            to += height * G::scale_bytes + G::zero_bytes(height);
        }
        pack_plain_group<L>(rows.columns(first, columns), to);
        to += G::code_bytes(height, columns);
    }
}

/// The matrix whose codes, grids and levels are exactly those given: no value is rounded.
/// Errors: those of `check_plain_codes`.
template <layout_type L, executor E = const serial>
[[nodiscard]] result<packed_matrix<L>> pack_codes(const plain_codes_view& plain,
                                                  typename L::mapping_type map = {},
                                                  typename L::grouping_type groups = {},
                                                  E&& threads = serial{}) {
    if (status fits = check_plain_codes<L>(plain, map, groups); !fits) { return fits.error(); }
    packed_matrix<L> packed{plain.codes.rows, plain.codes.cols, map, groups};
    const geometry<L> shape = packed.view().shape();
    std::byte* const bytes = packed.bytes().data();
    if constexpr (geometry<L>::matrix_grid) {
        const std::uint32_t word = plain.row_words.empty() ? 0 : plain.row_words[0];
        grid_words::store(bytes, word, geometry<L>::row_bytes);
        grid_words::write<L>(plain_grid<L>(plain, 0, 1, 0), &word, 1,
                             bytes + geometry<L>::row_bytes);
    }
    threads.for_each(shape.tiles(), [&](index_t t) {
        pack_plain_tile<L>(plain, shape, t, bytes + shape.tile_offset(t));
    });
    return packed;
}

/// Codes, grids and row words of one tile, into `plain`, which has room for them.
template <layout_type L>
void unpack_plain_tile(const packed_view<L>& w, index_t tile, plain_codes& plain) {
    using G = geometry<L>;
    const G shape = w.shape();
    const index_t height = shape.tile_height(tile);
    const index_t top = tile * L::tile_rows;
    const index_t grids = G::matrix_grid ? 1 : height;
    const index_t grid_top = G::matrix_grid ? 0 : top;
    const std::byte* const words = G::matrix_grid ? w.bytes.data() : w.tile(tile).data();
    for (index_t r = 0; G::row_bytes != 0 && r < grids; ++r) {
        plain.row_words[grid_top + r] = grid_words::load(words + r * G::row_bytes, G::row_bytes);
    }
    for_each_block(
        w, tile,
        [&](const tile_grid<L>& grid, index_t first, index_t columns, const code_t* codes) {
            for (index_t r = 0; r < height; ++r) {
                code_t* row = plain.codes.data() + (top + r) * w.cols + first;
                index_t c = 0;
                for (; c + 4 <= columns; c += 4) {
                    std::memcpy(row + c, codes + code_position(r, c, height, columns), 4);
                }
                for (; c < columns; ++c) {
                    row[c] = codes[code_position(r, c, height, columns)];
                }
            }
            for (index_t r = 0; r < grids; ++r) {
                const index_t at = (grid_top + r) * plain.grid_cols +
                                   (G::matrix_grid ? 0 : first / shape.group_cols);
                plain.scales[at] = grid.scale[r];
                if (!plain.zeros.empty()) { plain.zeros[at] = grid.zero[r]; }
            }
        });
}

/// The inverse: `pack_codes` of it gives the same values, and for everything that the library has
/// encoded the same bytes. (Foreign bytes may spell a value in two ways: a log8 step of a row whose
/// word is zero, unused bits behind the last code.)
template <layout_type L> [[nodiscard]] plain_codes unpack_codes(const packed_view<L>& w) {
    using G = geometry<L>;
    const G shape = w.shape();
    plain_codes plain;
    if (w.rows == 0 || w.cols == 0) { return plain; }
    plain.rows = w.rows;
    plain.cols = w.cols;
    plain.grid_rows = G::matrix_grid ? 1 : w.rows;
    plain.grid_cols = G::matrix_grid ? 1 : shape.groups();
    plain.codes.resize(w.rows * w.cols);
    plain.scales.resize(plain.grid_rows * plain.grid_cols);
    if (has_zero_point<typename L::mapping_type>) { plain.zeros.resize(plain.scales.size()); }
    if (L::scale_type::row_bits != 0) { plain.row_words.resize(plain.grid_rows); }
    for (index_t t = 0; t < shape.tiles(); ++t) {
        unpack_plain_tile(w, t, plain);
    }
    return plain;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
