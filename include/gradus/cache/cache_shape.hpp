// SPDX-License-Identifier: MIT
// The shape of the cache of one attention layer.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {

/// Heads of keys and values (not of queries), their width, and the longest sequence.
struct cache_shape {
    index_t heads;
    index_t width;
    index_t capacity;
};

}  // namespace gradus
