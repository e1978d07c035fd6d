// SPDX-License-Identifier: MIT
// The grids of a full tile's group to bytes: layout/grid_words.hpp at vector speed.
#pragma once

#include <gradus/layout/grid_words.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/half_scale.hpp>
#include <gradus/simd/half_lanes.hpp>
#include <gradus/simd/round_f16.hpp>

#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// Sixteen stored scales; this primary template is the definition.
template <scale_format S> struct scale_writer {
    GRADUS_INLINE static void
    write(const float* scales, const std::uint32_t* row_words, std::byte* to) {
        constexpr index_t bytes = S::bits / 8;
        for (index_t r = 0; r < simd::lanes; ++r) {
            grid_words::store(to + r * bytes, S{}.encode(scales[r], row_words[r]), bytes);
        }
    }
};

template <> struct scale_writer<f16_scale> {
    GRADUS_INLINE static void write(const float* scales, const std::uint32_t*, std::byte* to) {
        simd::store_f16(simd::f32x16::load(scales), to);
    }
};

template <> struct scale_writer<f32_scale> {
    GRADUS_INLINE static void write(const float* scales, const std::uint32_t*, std::byte* to) {
        std::memcpy(to, scales, simd::lanes * sizeof(float));
    }
};

/// The bytes that grid_words::write writes.
template <layout_type L>
GRADUS_INLINE void
write_grid(const tile_grid<L>& grid, const std::uint32_t* words, index_t height, std::byte* to) {
    using G = geometry<L>;
    if (L::tile_rows % simd::lanes != 0 || height != L::tile_rows) {
        return grid_words::write(grid, words, height, to);
    }
    constexpr index_t whole = L::tile_rows / simd::lanes * simd::lanes;
    for (index_t r = 0; r < whole; r += simd::lanes) {
        scale_writer<typename L::scale_type>::write(grid.scale + r, words + r,
                                                    to + r * G::scale_bytes);
        if constexpr (has_zero_point<typename L::mapping_type>) {
            constexpr int bits = L::mapping_type::bits;
            simd::store_bit_stream<bits>(grid.zero + r, to + L::tile_rows * G::scale_bytes +
                                                            r / 8 * index_t{bits});
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
