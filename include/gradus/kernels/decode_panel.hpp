// SPDX-License-Identifier: MIT
// Blocks of packed codes to panels of floats, one lane a row.
#pragma once

#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/lane_grid.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// `decode` also accepts a grid a lane.
template <class M>
concept lane_decodable =
    vectorizable_mapping<M> && requires(const M m, simd::u32x16 c, lane_grid p) {
        { m.template decode<simd::f32x16>(c, p) } -> std::same_as<simd::f32x16>;
    };

/// panel[c][r] = value of (row 16 half + r, column c) of a block of `height` rows by `columns`;
/// lanes of rows that do not exist are left alone.
template <layout_type L>
GRADUS_INLINE void decode_panel(const typename L::mapping_type& map,
                                const tile_grid<L>& grid,
                                index_t half,
                                index_t height,
                                index_t columns,
                                const code_t* codes,
                                float* panel) {
    constexpr index_t halves = L::tile_rows / simd::lanes;
    const index_t top = simd::lanes * half;
    index_t c = 0;
    if constexpr (lane_decodable<typename L::mapping_type> && L::tile_rows % simd::lanes == 0) {
        if (height == L::tile_rows) {
            const lane_grid lanes = lanes_of_grid(grid, half);
            for (; c + 4 <= columns; c += 4) {
                // Lane r: a row's four columns.
                const auto quad = simd::u32x16::load(codes + 16 * (c * halves + 4 * half));
                for (int j = 0; j < 4; ++j) {
                    const simd::u32x16 code = (quad >> (8 * j)) & simd::u32x16(255u);
                    map.template decode<simd::f32x16>(code, lanes)
                        .store(panel + 16 * (c + static_cast<index_t>(j)));
                }
            }
        }
    }
    for (; c < columns; ++c) {
        for (index_t r = top; r < height && r < top + simd::lanes; ++r) {
            panel[16 * c + r - top] =
                map.decode(codes[code_position(r, c, height, columns)], grid.at(r));
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
