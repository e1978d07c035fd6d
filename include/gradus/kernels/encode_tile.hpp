// SPDX-License-Identifier: MIT
// One tile of a packed matrix from the values of its rows.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/block_codes.hpp>
#include <gradus/kernels/encode.hpp>
#include <gradus/kernels/estimate.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/grid_words.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/layout/stored_mapping.hpp>
#include <gradus/simd/transpose.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

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
        return typename L::scale_type{}.fit_row(largest);
    }
}

/// 32 rows by 16 columns of row-major codes, `stride` apart, to the order of a full block.
GRADUS_INLINE void order_strip(const code_t* codes, index_t stride, code_t* ordered) {
    alignas(64) code_t rows[2][256];
    for (index_t r = 0; r < 32; ++r) {
        std::memcpy(rows[r / 16] + simd::row_in_square(r % 16), codes + r * stride, 16);
    }
    for (index_t half = 0; half < 2; ++half) {
        const simd::byte_square square = transposed(simd::byte_square::load(rows[half]));
        simd::unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                simd::store_bytes(ordered + 128 * q + 64 * half + simd::register_bytes * p,
                                  square.quad[q][p]);
            });
        });
    }
}

/// Packs the codes of one group of a tile: row-major codes, `stride` apart, to blocks at `to`.
template <layout_type L>
void pack_group(
    const code_t* codes, index_t stride, index_t height, index_t columns, std::byte* to) {
    constexpr index_t capacity = L::tile_rows * L::block_cols;
    code_t ordered[capacity];
    for (index_t first = 0; first < columns; first += L::block_cols) {
        const index_t width = std::min(index_t{L::block_cols}, columns - first);
        const index_t strips = L::tile_rows == 32 && height == 32 ? width / 16 : 0;
        for (index_t s = 0; s < strips; ++s) {
            order_strip(codes + first + 16 * s, stride, ordered + 512 * s);
        }
        for (index_t r = 0; r < height && 16 * strips < width; ++r) {
            const code_t* row = codes + r * stride + first;
            index_t c = 16 * strips;
            if constexpr (L::tile_rows == 1) {
                std::memcpy(ordered, row, width);
                c = width;
            } else {
                for (; c + 4 <= width; c += 4) {
                    std::memcpy(ordered + code_position(r, c, height, width), row + c, 4);
                }
            }
            for (; c < width; ++c) {
                ordered[code_position(r, c, height, width)] = row[c];
            }
        }
        const index_t bytes = L::packing_type::bytes(height * width);
        block_codes<typename L::packing_type>::pack({ordered, height * width}, {to, bytes});
        to += bytes;
    }
}

/// The first group whose scale has no stored form, by row of the tile and column.
struct unstorable_group {
    index_t row;
    index_t column;
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

/// Encodes rows [height, cols] (row `first_row` of the matrix first) into the bytes of their tile.
/// `codes` is scratch of height * cols codes. Returns the first group that cannot be stored, if
/// any; the bytes are then of no use.
template <layout_type L, class Range, rounding R>
[[nodiscard]] std::optional<unstorable_group> encode_tile(const tile_job<L, Range, R>& job,
                                                          weights_view rows,
                                                          index_t first_row,
                                                          std::span<code_t> codes,
                                                          std::span<std::byte> tile) {
    using G = geometry<L>;
    using state_type = decltype(job.round->start(index_t{0}));
    GRADUS_EXPECT(codes.size() >= rows.rows * rows.cols &&
                  tile.size() == job.shape.tile_bytes(rows.rows));
    const index_t height = rows.rows;
    std::optional<unstorable_group> failed;
    std::uint32_t words[L::tile_rows] = {};
    std::optional<state_type> states[L::tile_rows];
    for (index_t r = 0; r < height; ++r) {
        states[r].emplace(job.round->start(first_row + r));
        if constexpr (!G::matrix_grid) {
            words[r] = row_word(job, rows.row(r));
            grid_words::store(tile.data() + r * G::row_bytes, words[r], G::row_bytes);
        }
    }
    std::byte* to = tile.data() + (G::matrix_grid ? 0 : height * G::row_bytes);
    for (index_t first = 0; first < rows.cols; first += job.shape.group_cols) {
        const index_t columns = std::min(job.shape.group_cols, rows.cols - first);
        tile_grid<L> grid;
        for (index_t r = 0; r < height; ++r) {
            const floats values = rows.row(r).subspan(first, columns);
            const typename tile_job<L, Range, R>::stored map{job.map, words[r]};
            auto p = job.matrix_grid;
            if constexpr (!G::matrix_grid) {
                const floats weights = importance_of(job.importance, first, columns);
                const interval range = estimate(*job.range, values, weights, map);
                p = map.fit(range);
                const bool fits = storable<L>(job.map->fit(range).scale, p.scale, words[r]);
                if (!fits && !failed) { failed = {r, first}; }
            }
            grid.set(r, p);
            encode_run(map, p, *job.round, *states[r], values,
                       codes.data() + r * rows.cols + first);
        }
        if constexpr (!G::matrix_grid) { grid_words::write(grid, words, height, to); }
        to += G::matrix_grid ? 0 : height * G::scale_bytes + G::zero_bytes(height);
        pack_group<L>(codes.data() + first, rows.cols, height, columns, to);
        to += G::code_bytes(height, columns);
    }
    return failed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
