// SPDX-License-Identifier: MIT
// The grids of a tile's rows, one a lane, straight from stored bytes.
#pragma once

#include <gradus/layout/grid_words.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/half_scale.hpp>
#include <gradus/scale/log8_scale.hpp>
#include <gradus/simd/half_lanes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The parameters of sixteen rows, in the shape of a mapping's `params`.
struct lane_grid {
    simd::f32x16 scale;
    simd::u32x16 zero;
};

/// The lanes of half `half` of a grid that was read row by row; lanes beyond the tile's height have
/// scale 0.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE lane_grid lanes_of_grid(const tile_grid<L>& grid, index_t half = 0) {
    float scale[simd::lanes] = {};
    code_t zero[simd::lanes] = {};
    for (index_t r = 0; r < simd::lanes && simd::lanes * half + r < L::tile_rows; ++r) {
        scale[r] = grid.scale[simd::lanes * half + r];
        zero[r] = grid.zero[simd::lanes * half + r];
    }
    return {simd::f32x16::load(scale), simd::load_codes(zero)};
}

/// Sixteen stored scales at once, equal to S::decode for each. This primary template is that
/// definition, for a format of one's own; a specialisation may skip the row words.
template <scale_format S> struct scale_lanes {
    std::uint32_t row[simd::lanes] = {};

    GRADUS_INLINE void set_rows(const std::byte* words) {
        for (index_t r = 0; r < simd::lanes; ++r) {
            row[r] = grid_words::load(words + r * (S::row_bits / 8), S::row_bits / 8);
        }
    }

    [[nodiscard]] GRADUS_INLINE simd::f32x16 read(const std::byte* from) const {
        float scale[simd::lanes];
        for (index_t r = 0; r < simd::lanes; ++r) {
            const std::uint32_t word = grid_words::load(from + r * (S::bits / 8), S::bits / 8);
            scale[r] = S{}.decode(word, row[r]);
        }
        return simd::f32x16::load(scale);
    }
};

template <> struct scale_lanes<f32_scale> {
    GRADUS_INLINE void set_rows(const std::byte*) {}

    [[nodiscard]] GRADUS_INLINE simd::f32x16 read(const std::byte* from) const {
        return simd::from_bits(simd::u32x16::load(from));
    }
};

template <> struct scale_lanes<f16_scale> {
    GRADUS_INLINE void set_rows(const std::byte*) {}

    [[nodiscard]] GRADUS_INLINE simd::f32x16 read(const std::byte* from) const {
        return simd::load_f16(from);
    }
};

template <> struct scale_lanes<bf16_scale> {
    GRADUS_INLINE void set_rows(const std::byte*) {}

    [[nodiscard]] GRADUS_INLINE simd::f32x16 read(const std::byte* from) const {
        return simd::load_bf16(from);
    }
};

/// row * mantissa(k mod 16) * 2^-(k / 16): the power of two is subtracted from the exponent.
template <> struct scale_lanes<log8_scale> {
    simd::f32x16 row = 0.0f;

    GRADUS_INLINE void set_rows(const std::byte* words) { row = simd::load_f16(words); }

    [[nodiscard]] GRADUS_INLINE simd::f32x16 read(const std::byte* from) const {
        const auto word =
            simd::load_codes(static_cast<const code_t*>(static_cast<const void*>(from)));
        const simd::u32x16 step = word & simd::u32x16(127u);
        const simd::f32x16 mantissa =
            simd::lookup<16>(sixteenth_octaves.data(), step & simd::u32x16(15u));
        const simd::f32x16 octave = simd::from_bits(simd::to_bits(mantissa) - ((step >> 4) << 23));
        const simd::u32x16 sign = (word & simd::u32x16(128u)) << 24;
        const simd::f32x16 scale = simd::from_bits(simd::to_bits(row * octave) ^ sign);
        const auto none = simd::as_real<simd::f32x16>(step) ==
                          simd::f32x16(static_cast<float>(log8_scale::zero_step));
        return either(none, simd::f32x16(0.0f), scale);
    }
};

/// The grid of half `half` of a full tile's group at `from`: scales, then zero points.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE lane_grid read_lane_grid(
    const std::byte* from, const scale_lanes<typename L::scale_type>& scales, index_t half) {
    constexpr index_t scale_bytes = geometry<L>::scale_bytes;
    lane_grid grid{scales.read(from + half * simd::lanes * scale_bytes), simd::u32x16(0u)};
    if constexpr (has_zero_point<typename L::mapping_type>) {
        constexpr int bits = L::mapping_type::bits;
        grid.zero = simd::load_bit_stream<bits>(from + L::tile_rows * scale_bytes +
                                                half * 2 * index_t{bits});
    }
    return grid;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
