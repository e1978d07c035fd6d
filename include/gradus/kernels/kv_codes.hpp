// SPDX-License-Identifier: MIT
// Codes of a unit of the cache, packed and unpacked tile by tile.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/block_codes.hpp>
#include <gradus/kernels/pack_group.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/kv_unit.hpp>

#include <type_traits>

namespace gradus {
inline namespace GRADUS_ISA {

/// f(integral_constant<int, W>) for the W in 1 to 8 that equals `width`; nothing for others.
template <class F> GRADUS_INLINE void with_kv_width(int width, F&& f) {
    switch (width) {
    case 1:
        return f(std::integral_constant<int, 1>{});
    case 2:
        return f(std::integral_constant<int, 2>{});
    case 3:
        return f(std::integral_constant<int, 3>{});
    case 4:
        return f(std::integral_constant<int, 4>{});
    case 5:
        return f(std::integral_constant<int, 5>{});
    case 6:
        return f(std::integral_constant<int, 6>{});
    case 7:
        return f(std::integral_constant<int, 7>{});
    case 8:
        return f(std::integral_constant<int, 8>{});
    default:
        return;
    }
}

/// Calls f(block, height, first step, steps) for the blocks of one tile.
template <class F> void for_each_kv_block(const kv_unit& unit, index_t tile, F&& f) {
    const index_t height = unit.tile_height(tile);
    for (index_t first = 0; first < unit.steps; first += kv_unit::block_steps) {
        const index_t left = unit.steps - first;
        f(first / kv_unit::block_steps, height, first,
          left < kv_unit::block_steps ? left : kv_unit::block_steps);
    }
}

/// The codes of one block in the order of `code_position`, from those of the unit, vector after
/// vector.
inline void order_kv_block(const kv_unit& unit,
                           const code_t* codes,  // [vectors, vector_length]
                           index_t tile,
                           index_t first,  // step
                           index_t height,
                           index_t steps,
                           code_t* ordered) {  // [height * steps]
    const index_t lane = tile * kv_unit::tile_lanes;
    const bool by_step = unit.axis == scale_axis::step;
    const index_t stride = unit.vector_length();
    const code_t* const from =
        by_step ? codes + first * stride + lane : codes + lane * stride + first;
    if (!by_step && height == 32 && steps == 16) { return order_strip(from, stride, ordered); }
    if (by_step && steps % 4 == 0) {
        for (index_t quad = 0; quad < steps; quad += 4, ordered += 4 * height) {
            const code_t* const row = from + quad * stride;
            for (index_t i = 0; i < height; ++i) {
                ordered[4 * i] = row[i];
                ordered[4 * i + 1] = row[stride + i];
                ordered[4 * i + 2] = row[2 * stride + i];
                ordered[4 * i + 3] = row[3 * stride + i];
            }
        }
        return;
    }
    for (index_t i = 0; i < height; ++i) {
        for (index_t s = 0; s < steps; ++s) {
            ordered[code_position(i, s, height, steps)] =
                by_step ? from[s * stride + i] : from[i * stride + s];
        }
    }
}

/// Writes the codes of a unit of width 1 to 8, given vector after vector.
inline void pack_kv_codes(const kv_unit& unit,
                          std::span<const code_t> codes,  // [vectors, vector_length]
                          std::span<std::byte> bytes) {   // [unit.bytes()]
    GRADUS_EXPECT(codes.size() == unit.lanes * unit.steps && bytes.size() == unit.bytes());
    for (index_t tile = 0; tile < unit.tiles(); ++tile) {
        for_each_kv_block(unit, tile, [&](index_t b, index_t height, index_t first, index_t steps) {
            alignas(64) code_t ordered[kv_unit::tile_lanes * kv_unit::block_steps];
            order_kv_block(unit, codes.data(), tile, first, height, steps, ordered);
            const index_t n = height * steps;
            with_kv_width(unit.width, [&](auto width) {
                block_codes<bit_planes<width()>>::pack(
                    std::span{ordered, n},
                    bytes.subspan(unit.block_at(tile, b), unit.packed_bytes(n)));
            });
        });
    }
}

/// Reads the codes of one block of a tile, width 1 to 8, in the order of `code_position`.
inline void unpack_kv_block(const kv_unit& unit,
                            std::span<const std::byte> bytes,  // [unit.bytes()]
                            index_t tile,
                            index_t block,
                            std::span<code_t> codes) {  // [height * steps of the block]
    with_kv_width(unit.width, [&](auto width) {
        block_codes<bit_planes<width()>>::unpack(
            bytes.subspan(unit.block_at(tile, block), unit.packed_bytes(codes.size())), codes);
    });
}

}  // namespace GRADUS_ISA
}  // namespace gradus
