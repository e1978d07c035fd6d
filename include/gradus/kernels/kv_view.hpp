// SPDX-License-Identifier: MIT
// What attention sees of a cache: floats at both ends, packed blocks in between.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/kernels/kv_decode.hpp>
#include <gradus/layout/kv_block.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tokens kept as `Float` (float or f16): keys and values [heads, slots, width], `count` of the
/// slots in use.
template <class Float> struct kv_rows {
    const Float* keys = nullptr;
    const Float* values = nullptr;
    index_t slots = 0;
    index_t count = 0;

    [[nodiscard]] matrix_view<const Float> head_keys(index_t head, index_t width) const {
        return {keys + head * slots * width, count, width};
    }

    [[nodiscard]] matrix_view<const Float> head_values(index_t head, index_t width) const {
        return {values + head * slots * width, count, width};
    }
};

/// Tokens in order: first the sinks, then the blocks (all full but perhaps the last), then the
/// recent ones. Owns nothing.
template <class Float> struct kv_view {
    kv_block_shape shape;
    kv_rows<Float> sinks;
    std::span<const aligned_buffer> blocks;
    index_t packed = 0;  ///< tokens in the blocks
    kv_rows<Float> recent;
    std::span<const kv_levels> key_levels;    ///< [heads], or empty: evenly spaced
    std::span<const kv_levels> value_levels;  ///< [heads], or empty: evenly spaced

    [[nodiscard]] index_t length() const { return sinks.count + packed + recent.count; }

    [[nodiscard]] kv_block_view block(index_t b) const {
        return {&shape, std::min(shape.tokens, packed - b * shape.tokens), blocks[b].bytes()};
    }

    /// The codebook of a head at a width; null: evenly spaced.
    [[nodiscard]] const float* levels(kv_kind kind, index_t head, int width) const {
        const auto& of = kind == kv_kind::key ? key_levels : value_levels;
        return of.empty() ? nullptr : of[head][width];
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
