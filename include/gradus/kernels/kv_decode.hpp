// SPDX-License-Identifier: MIT
// Values of a unit of the cache: the definition of its bytes.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/core/real.hpp>
#include <gradus/kernels/kv_codes.hpp>

#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// The levels of codes of each width, in scales, each a value of f16; null where codes are evenly
/// spaced. One such set serves a head's keys or its values in all blocks.
struct kv_levels {
    const float* of_width[9] = {};

    [[nodiscard]] const float* operator[](int width) const {
        return width <= 8 ? of_width[width] : nullptr;
    }
};

[[nodiscard]] inline float load_f16(const std::byte* from) {
    f16 half{};
    std::memcpy(&half, from, sizeof half);
    return half.value();
}

inline void store_f16(f16 half, std::byte* to) {
    std::memcpy(to, &half, sizeof half);
}

/// `count` bits from bit `first` of a stream, lowest first; count <= 32.
[[nodiscard]] inline std::uint32_t
read_bits(std::span<const std::byte> stream, index_t first, index_t count) {
    std::uint32_t bits = 0;
    for (index_t i = 0; i < count; ++i) {
        const index_t at = first + i;
        const auto bit = (static_cast<std::uint32_t>(stream[at / 8]) >> (at % 8)) & 1u;
        bits |= bit << i;
    }
    return bits;
}

/// The inverse; the stream held zeros there.
inline void
write_bits(std::uint32_t bits, std::span<std::byte> stream, index_t first, index_t count) {
    for (index_t i = 0; i < count; ++i) {
        const index_t at = first + i;
        stream[at / 8] |= static_cast<std::byte>(((bits >> i) & 1u) << (at % 8));
    }
}

/// What a vector's codes stand for: c * scale + base, or level[c] * scale + base.
struct kv_vector {
    float scale;
    float base;
};

/// Scale and base of one vector of a unit of width 0 to 8.
[[nodiscard]] inline kv_vector kv_vector_at(const kv_unit& unit,
                                            std::span<const std::byte> bytes,
                                            index_t vector,
                                            const float* levels) {
    const float scale = unit.width == 0 ? 0.0f : load_f16(&bytes[2 * vector]);
    if (!unit.centered) { return {scale, load_f16(&bytes[unit.bases_at() + 2 * vector])}; }
    if (levels != nullptr) { return {scale, 0.0f}; }
    return {scale, -0.5f * scale * static_cast<float>((1 << unit.width) - 1)};
}

/// The value of a code. The product is exact, so that fusing it with the sum changes nothing.
[[nodiscard]] inline float kv_value(code_t code, const kv_vector& vector, const float* levels) {
    const float level = levels == nullptr ? static_cast<float>(code) : levels[code];
    return level * vector.scale + vector.base;
}

/// Outlier `i` of a vector: where it is, and its value from the code in its place.
struct kv_outlier {
    index_t position;
    std::uint32_t upper;  ///< bits width to 15 of the f16

    [[nodiscard]] float value(code_t lower, int width) const {
        return f16{static_cast<std::uint16_t>((upper << width) | lower)}.value();
    }
};

[[nodiscard]] inline kv_outlier
kv_outlier_at(const kv_unit& unit, std::span<const std::byte> bytes, index_t vector, index_t i) {
    const auto stream = bytes.subspan(unit.outliers_at());
    const index_t first = (vector * unit.outliers + i) * unit.outlier_bits();
    const index_t position = read_bits(stream, first, unit.position_bits());
    return {position,
            read_bits(stream, first + unit.position_bits(), 16 - static_cast<index_t>(unit.width))};
}

/// Codes of a whole unit of width 0 to 8; those of width 0 are 0.
inline void unpack_kv_codes(const kv_unit& unit,
                            std::span<const std::byte> bytes,  // [unit.bytes()]
                            matrix_view<code_t> codes) {       // [lanes, steps]
    for (index_t tile = 0; tile < unit.tiles(); ++tile) {
        for_each_kv_block(unit, tile, [&](index_t b, index_t height, index_t first, index_t steps) {
            code_t ordered[kv_unit::tile_lanes * kv_unit::block_steps] = {};
            unpack_kv_block(unit, bytes, tile, b, std::span{ordered, height * steps});
            for (index_t lane = 0; lane < height; ++lane) {
                for (index_t s = 0; s < steps; ++s) {
                    codes(tile * kv_unit::tile_lanes + lane, first + s) =
                        ordered[code_position(lane, s, height, steps)];
                }
            }
        });
    }
}

/// Values of a unit of width 16.
inline void decode_kv_halves(const kv_unit& unit,
                             std::span<const std::byte> bytes,
                             matrix_view<float> values) {  // [lanes, steps]
    for (index_t tile = 0; tile < unit.tiles(); ++tile) {
        for_each_kv_block(unit, tile, [&](index_t b, index_t height, index_t first, index_t steps) {
            for (index_t lane = 0; lane < height; ++lane) {
                for (index_t s = 0; s < steps; ++s) {
                    const index_t at = 2 * code_position(lane, s, height, steps);
                    values(tile * kv_unit::tile_lanes + lane, first + s) =
                        load_f16(&bytes[unit.block_at(tile, b) + at]);
                }
            }
        });
    }
}

/// The values that a unit stands for. `codes` is scratch.
inline void decode_kv_unit(const kv_unit& unit,
                           std::span<const std::byte> bytes,  // [unit.bytes()]
                           const float* levels,               // [2^width], or null
                           matrix_view<code_t> codes,         // [lanes, steps]
                           matrix_view<float> values) {       // [lanes, steps]
    GRADUS_EXPECT(bytes.size() == unit.bytes());
    if (!unit.has_grid()) { return decode_kv_halves(unit, bytes, values); }
    const bool by_step = unit.axis == scale_axis::step;
    unpack_kv_codes(unit, bytes, codes);
    for (index_t v = 0; v < unit.vectors(); ++v) {
        const kv_vector vector = kv_vector_at(unit, bytes, v, unit.width == 0 ? nullptr : levels);
        for (index_t i = 0; i < unit.vector_length(); ++i) {
            const index_t lane = by_step ? i : v;
            const index_t step = by_step ? v : i;
            values(lane, step) =
                unit.width == 0 ? vector.base : kv_value(codes(lane, step), vector, levels);
        }
        for (index_t o = 0; o < unit.outliers; ++o) {
            const kv_outlier outlier = kv_outlier_at(unit, bytes, v, o);
            const index_t lane = by_step ? outlier.position : v;
            const index_t step = by_step ? v : outlier.position;
            values(lane, step) = outlier.value(codes(lane, step), unit.width);
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
