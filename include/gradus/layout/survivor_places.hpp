// SPDX-License-Identifier: MIT
// Where the survivors of a block are, by definition.
#pragma once

#include <gradus/layout/code_order.hpp>
#include <gradus/layout/sparse_matrix_view.hpp>

#include <cstdint>

namespace gradus {

/// `count` <= 8 bits from bit `at` of a little-endian stream on. Reads only bytes that hold them.
[[nodiscard]] GRADUS_INLINE unsigned
stream_bits(const std::byte* stream, index_t at, index_t count) {
    auto word = static_cast<unsigned>(stream[at / 8]);
    if (at % 8 + count > 8) { word |= static_cast<unsigned>(stream[at / 8 + 1]) << 8; }
    return (word >> (at % 8)) & ((1u << count) - 1u);
}

/// The inverse, where the stream holds zeros.
GRADUS_INLINE void put_stream_bits(std::byte* stream, index_t at, index_t count, unsigned value) {
    const unsigned word = value << (at % 8);
    stream[at / 8] |= static_cast<std::byte>(word & 255u);
    if (at % 8 + count > 8) { stream[at / 8 + 1] |= static_cast<std::byte>(word >> 8); }
}

/// Words that hold a bit for every place of a block.
template <layout_type L>
inline constexpr index_t place_words = (L::tile_rows * index_t{L::block_cols} + 63) / 64;

/// The survivors of a block of `height` rows by `columns` columns whose part of the index starts at
/// bit `at`: bit i of the words, of which there are at least `place_words`, is place i of the code
/// order. Bits behind the last are zero. A number that no way has names no place.
template <layout_type L>
GRADUS_INLINE void read_places(const survivor_pattern& pattern,
                               const std::byte* index,
                               index_t at,
                               index_t height,
                               index_t columns,
                               std::uint64_t* words) {
    const index_t used = (height * columns + 63) / 64;
    for (index_t i = 0; i < (used < place_words<L> ? place_words<L> : used); ++i) {
        words[i] = 0;
    }
    const auto set = [&](index_t place, unsigned bits) GRADUS_INLINE_LAMBDA {
        words[place / 64] |= std::uint64_t{bits} << (place % 64);
    };
    if (pattern.is_mask()) {
        for (index_t i = 0; i < height * columns; i += 8) {
            const index_t left = height * columns - i;
            set(i, stream_bits(index, at + i, left < 8 ? left : index_t{8}));
        }
        return;
    }
    const index_t bits = pattern.bits();
    const index_t ways = pattern.ways();
    for (index_t i = 0; i < height * columns / pattern.m; ++i, at += bits) {
        const unsigned number = stream_bits(index, at, bits);
        if (number >= ways) { continue; }
        const unsigned places = places_of(pattern.n, number);
        const index_t row = i % height;  // whole quads: m columns are one of them, or two
        const index_t first = code_position(row, i / height * pattern.m, height, columns);
        set(first, places & 15u);
        if (pattern.m == 8) { set(first + 4 * height, places >> 4); }
    }
}

}  // namespace gradus
