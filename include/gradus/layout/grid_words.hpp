// SPDX-License-Identifier: MIT
// The scales and zero points of one group: from bytes and to bytes.
#pragma once

#include <gradus/layout/geometry.hpp>

#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// The grids of a tile's rows, decoded. Rows beyond the tile's height keep scale 0.
template <layout_type L> struct tile_grid {
    using M = typename L::mapping_type;
    using params = typename M::params;

    float scale[L::tile_rows] = {};
    code_t zero[L::tile_rows] = {};

    [[nodiscard]] GRADUS_INLINE params at(index_t row) const {
        if constexpr (has_zero_point<M>) {
            return {scale[row], zero[row]};
        } else {
            return {scale[row]};
        }
    }

    GRADUS_INLINE void set(index_t row, params p) {
        scale[row] = p.scale;
        if constexpr (has_zero_point<M>) { zero[row] = p.zero; }
    }
};

namespace grid_words {

/// A word of `bytes` bytes at `from`.
[[nodiscard]] GRADUS_INLINE std::uint32_t load(const std::byte* from, index_t bytes) {
    std::uint32_t word = 0;
    std::memcpy(&word, from, bytes);
    return word;
}

GRADUS_INLINE void store(std::byte* to, std::uint32_t word, index_t bytes) {
    std::memcpy(to, &word, bytes);
}

/// Reads the scales and zero points of `height` rows at `from`; `row_words` are the rows' words.
template <layout_type L>
GRADUS_INLINE void
read(const std::byte* from, const std::uint32_t* row_words, index_t height, tile_grid<L>& grid) {
    using G = geometry<L>;
    for (index_t r = 0; r < height; ++r) {
        grid.scale[r] = typename L::scale_type{}.decode(
            load(from + r * G::scale_bytes, G::scale_bytes), row_words[r]);
    }
    if constexpr (has_zero_point<typename L::mapping_type>) {
        constexpr unsigned bits = L::mapping_type::bits;
        const std::byte* zeros = from + height * G::scale_bytes;
        for (index_t r = 0; r < height; ++r) {
            unsigned word = static_cast<unsigned>(zeros[r * bits / 8]);
            if (r * bits % 8 + bits > 8) {
                word |= static_cast<unsigned>(zeros[r * bits / 8 + 1]) << 8;
            }
            grid.zero[r] = static_cast<code_t>((word >> (r * bits % 8)) & ((1u << bits) - 1u));
        }
    }
}

/// The one grid of a matrix at `head`, its row word before it, for each of `height` rows.
template <layout_type L>
GRADUS_INLINE void read_matrix(const std::byte* head, index_t height, tile_grid<L>& grid) {
    using G = geometry<L>;
    const std::uint32_t word = load(head, G::row_bytes);
    read<L>(head + G::row_bytes, &word, 1, grid);
    for (index_t r = 1; r < height; ++r) {
        grid.set(r, grid.at(0));
    }
}

/// The inverse: writes exactly the bytes that `read` reads.
template <layout_type L>
GRADUS_INLINE void
write(const tile_grid<L>& grid, const std::uint32_t* row_words, index_t height, std::byte* to) {
    using G = geometry<L>;
    for (index_t r = 0; r < height; ++r) {
        store(to + r * G::scale_bytes, typename L::scale_type{}.encode(grid.scale[r], row_words[r]),
              G::scale_bytes);
    }
    if constexpr (has_zero_point<typename L::mapping_type>) {
        constexpr unsigned bits = L::mapping_type::bits;
        std::byte* zeros = to + height * G::scale_bytes;
        std::memset(zeros, 0, G::zero_bytes(height));
        for (index_t r = 0; r < height; ++r) {
            const unsigned word = static_cast<unsigned>(grid.zero[r]) << (r * bits % 8);
            zeros[r * bits / 8] |= static_cast<std::byte>(word & 255u);
            if (word > 255u) { zeros[r * bits / 8 + 1] |= static_cast<std::byte>(word >> 8); }
        }
    }
}

}  // namespace grid_words
}  // namespace GRADUS_ISA
}  // namespace gradus
