// SPDX-License-Identifier: MIT
// Blocks of packed codes to panels of floats, one lane a row.
#pragma once

#include <gradus/kernels/decode.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The grids of sixteen rows, one a lane.
struct lane_grid {
    simd::f32x16 scale;
    simd::u32x16 zero;
};

template <layout_type L>
[[nodiscard]] GRADUS_INLINE lane_grid lanes_of_grid(const tile_grid<L>& grid) {
    float scale[simd::lanes] = {};
    code_t zero[simd::lanes] = {};
    for (index_t r = 0; r < L::tile_rows; ++r) {
        scale[r] = grid.scale[r];
        zero[r] = grid.zero[r];
    }
    return {simd::f32x16::load(scale), simd::load_codes(zero)};
}

/// `decode` also accepts a grid a lane.
template <class M>
concept lane_decodable =
    vectorizable_mapping<M> && requires(const M m, simd::u32x16 c, lane_grid p) {
        { m.template decode<simd::f32x16>(c, p) } -> std::same_as<simd::f32x16>;
    };

/// panel[c][r] = value of (row r, column c) of a block of `height` rows by `columns`; lanes from
/// `height` on are left alone.
template <layout_type L>
GRADUS_INLINE void decode_panel(const typename L::mapping_type& map,
                                const tile_grid<L>& grid,
                                index_t height,
                                index_t columns,
                                const code_t* codes,
                                float* panel) {
    index_t c = 0;
    if constexpr (lane_decodable<typename L::mapping_type> && L::tile_rows == simd::lanes) {
        if (height == simd::lanes) {
            const lane_grid lanes = lanes_of_grid(grid);
            for (; c + 4 <= columns; c += 4) {
                const auto quad =
                    simd::u32x16::load(codes + 16 * c);  // lane r: row r, four columns
                for (int j = 0; j < 4; ++j) {
                    const simd::u32x16 code = (quad >> (8 * j)) & simd::u32x16(255u);
                    map.template decode<simd::f32x16>(code, lanes)
                        .store(panel + 16 * (c + static_cast<index_t>(j)));
                }
            }
        }
    }
    for (; c < columns; ++c) {
        for (index_t r = 0; r < height; ++r) {
            panel[16 * c + r] = map.decode(codes[code_position(r, c, height, columns)], grid.at(r));
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
