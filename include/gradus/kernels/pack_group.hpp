// SPDX-License-Identifier: MIT
// Row-major codes of one group of a tile to its packed bytes.
#pragma once

#include <gradus/kernels/block_codes.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/simd/transpose.hpp>

#include <algorithm>
#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

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

}  // namespace GRADUS_ISA
}  // namespace gradus
