// SPDX-License-Identifier: MIT
// Where the keys and values of a cache of floats lie.
#pragma once

#include <gradus/kernels/attention_rows.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// How tokens of a head lie in a block, in the order in which attention reads them, so that a head
/// is one stream of ascending addresses: keys as tiles [width][32 tokens], one vector holding one
/// channel of 16 keys and a score needing no sum over lanes; then values as slabs [tokens][64
/// channels], as many as sums stay in registers. Offsets count values.
struct float_block {
    static constexpr index_t most = attention_chunk;  ///< tokens
    static constexpr index_t tile = 2 * simd::lanes;  ///< tokens of a tile of keys
    static constexpr index_t slab = 4 * simd::lanes;  ///< channels of a slab of values

    index_t width;   ///< of a head
    index_t tokens;  ///< whole tiles; `most`, but in the last block of a head

    /// A number of tokens as whole tiles.
    [[nodiscard]] static constexpr index_t whole_tiles(index_t count) {
        return (count + tile - 1) / tile * tile;
    }

    /// The block that begins with token `first` of a head that holds `capacity`, whole tiles.
    [[nodiscard]] static constexpr float_block
    at(index_t first, index_t capacity, index_t head_width) {
        return {head_width, std::min(most, capacity - first)};
    }

    [[nodiscard]] constexpr index_t value_width() const {
        return (width + simd::lanes - 1) / simd::lanes * simd::lanes;
    }

    /// What one token takes. Block after block, a head's token n begins its block n times as far
    /// in.
    [[nodiscard]] constexpr index_t token_size() const { return width + value_width(); }

    /// Channel d of a token's key lies `tile` d behind this.
    [[nodiscard]] constexpr index_t key(index_t token) const {
        return token / tile * tile * width + token % tile;
    }

    /// Channels of the slab that begins at `channel`.
    [[nodiscard]] constexpr index_t slab_width(index_t channel) const {
        return std::min(slab, value_width() - channel);
    }

    /// Where the slab that begins at `channel` has a token's value.
    [[nodiscard]] constexpr index_t value(index_t token, index_t channel) const {
        return tokens * (width + channel) + token * slab_width(channel);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
