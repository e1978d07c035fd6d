// SPDX-License-Identifier: MIT
// What remembers the keys and values of one attention layer for one sequence.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <concepts>

namespace gradus {

/// Whether a cache holds keys as they leave the rotary position, or as they enter it (and then
/// turns them itself when they are read; keys before it are easier to quantize by channel).
enum class key_storage : std::uint8_t { after_position, before_position };

/// `append` adds a block of tokens, `attend` answers the queries of the last of them: query i of n
/// belongs to token length - n + i and sees that token and all before it. Heads lie side by side
/// in a row; queries may have several heads for each head of the cache (grouped queries). `append`
/// may return a status; a cache that refused tokens answers with NaN until they are forgotten.
template <class Cache>
concept kv_cache =
    std::movable<Cache> &&
    requires(Cache cache, const Cache seen, matrix_view<const float> in, matrix_view<float> out) {
        { Cache::keys } -> std::convertible_to<key_storage>;
        cache.append(in, in);                               // keys, values [tokens, heads*width]
        cache.attend(in, out);                              // [tokens, query heads*width] each
        { seen.length() } -> std::same_as<index_t>;         // tokens held
        { seen.capacity() } -> std::same_as<index_t>;       // tokens it can hold
        { seen.size_in_bytes() } -> std::same_as<index_t>;  // keys and values, as allocated
        cache.truncate(index_t{});                          // forget all but the oldest tokens
        cache.reset();                                      // forget all
    };

}  // namespace gradus
