// SPDX-License-Identifier: MIT
// The bytes of a unit of cached keys or values: a block of tokens by a group of channels.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <bit>

namespace gradus {

/// What has a scale of its own in a tile: each step or each lane.
enum class scale_axis : std::uint8_t { step, lane };

/// Widths of codes: 0 (nothing but the base), 1 to 8, and 16 (values as f16).
[[nodiscard]] GRADUS_INLINE constexpr bool is_kv_width(int width) {
    return (0 <= width && width <= 8) || width == 16;
}

/// The four bits that say a width: 0 to 8 stand for themselves, 9 for 16.
[[nodiscard]] GRADUS_INLINE constexpr std::uint8_t kv_width_field(int width) {
    return static_cast<std::uint8_t>(width == 16 ? 9 : width);
}

/// The inverse; -1 for a field that no width has.
[[nodiscard]] GRADUS_INLINE constexpr int kv_width_of(unsigned field) {
    return field > 9 ? -1 : field == 9 ? 16 : static_cast<int>(field);
}

/// Sizes and offsets of a unit, all of them from its shape and its width.
///
/// Keys have tokens for lanes and channels for steps, values channels for lanes and tokens for
/// steps. A *vector* is what shares a scale: a step (keys by channel, values by token) or a lane
/// (keys by token, values by channel). With code c, scale s and base m of its vector a value is
///
///     c * s + m          evenly spaced; m is stored (f16), or -s (2^width - 1) / 2 if centered
///     level[c] * s + m   with a codebook; m is stored, or 0 if centered
///
/// both rounded once: the products are exact in float (f16 scales, f16 levels).
///
/// Bytes, without padding:
///     scales   f16 [vectors]                      where width > 0
///     bases    f16 [vectors]                      unless centered
///     codes    tile after tile of 32 lanes (the last may be lower), in a tile block after block of
///              16 steps (the last may be narrower), in a block the code_position of (lane, step),
///              packed as bit_planes<width> does
///     outliers a stream of bits, lowest first, filled up to a whole byte: for each vector and each
///              of its `outliers`, ascending, the position in the vector (position_bits) and the
///              upper 16 - width bits of its f16; the lower `width` bits lie in the place of its
///              code, so that an outlier costs its position and 16 bits, and no code
/// At width 16 there are only values: f16 in the order of codes.
struct kv_unit {
    static constexpr index_t tile_lanes = 32;
    static constexpr index_t block_steps = 16;

    index_t lanes;
    index_t steps;
    scale_axis axis;
    bool centered;
    int width;
    index_t outliers = 0;  ///< a vector

    [[nodiscard]] GRADUS_INLINE constexpr index_t vectors() const {
        return axis == scale_axis::step ? steps : lanes;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t vector_length() const {
        return axis == scale_axis::step ? lanes : steps;
    }

    [[nodiscard]] GRADUS_INLINE constexpr bool has_grid() const { return width != 16; }

    [[nodiscard]] GRADUS_INLINE constexpr index_t scale_bytes() const {
        return has_grid() && width > 0 ? 2 * vectors() : 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t base_bytes() const {
        return has_grid() && !centered ? 2 * vectors() : 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t bases_at() const { return scale_bytes(); }

    [[nodiscard]] GRADUS_INLINE constexpr index_t codes_at() const {
        return scale_bytes() + base_bytes();
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tiles() const {
        return (lanes + tile_lanes - 1) / tile_lanes;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_height(index_t tile) const {
        const index_t left = lanes - tile * tile_lanes;
        return left < tile_lanes ? left : tile_lanes;
    }

    /// Bytes of n codes in one block; planes of width 8, 4, 2, 1 each end on a byte.
    [[nodiscard]] GRADUS_INLINE constexpr index_t packed_bytes(index_t n) const {
        if (width == 16) { return 2 * n; }
        index_t total = 0;
        for (int plane = 8; plane > 0; plane /= 2) {
            if ((width & plane) != 0) { total += (n * static_cast<index_t>(plane) + 7) / 8; }
        }
        return total;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_bytes(index_t height) const {
        return steps / block_steps * packed_bytes(height * block_steps) +
               packed_bytes(height * (steps % block_steps));
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t tile_at(index_t tile) const {
        return codes_at() + tile * tile_bytes(tile_lanes);
    }

    /// Where block `block` of a tile begins.
    [[nodiscard]] GRADUS_INLINE constexpr index_t block_at(index_t tile, index_t block) const {
        return tile_at(tile) + block * packed_bytes(tile_height(tile) * block_steps);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t position_bits() const {
        return static_cast<index_t>(std::bit_width(vector_length() - 1));
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t outlier_bits() const {
        return position_bits() + 16 - static_cast<index_t>(width);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t outliers_at() const {
        return codes_at() + lanes / tile_lanes * tile_bytes(tile_lanes) +
               tile_bytes(lanes % tile_lanes);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t outlier_bytes() const {
        return has_grid() ? (vectors() * outliers * outlier_bits() + 7) / 8 : 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t bytes() const {
        return lanes == 0 || steps == 0 ? 0 : outliers_at() + outlier_bytes();
    }
};

// A token's keys of one head of 128 channels, 4 bits, offset grid, 2 outliers: 582 bits a token.
static_assert(kv_unit{32, 128, scale_axis::lane, false, 4, 2}.bytes() * 8 == 32 * 582);

}  // namespace gradus
