// SPDX-License-Identifier: MIT
// Attention mixes what earlier tokens of a sequence have left in a cache.
#pragma once

#include <gradus/concepts/kv_cache.hpp>
#include <gradus/concepts/position_encoding.hpp>

#include <concepts>
#include <string_view>

namespace gradus {

/// The call appends x to the cache and adds `gain` times its result to y.
template <class A, class Position, class Cache, class Workspace>
concept attention = position_encoding<Position> && kv_cache<Cache> &&
                    requires(const A a,
                             matrix_view<const float> x,
                             matrix_view<float> y,
                             const Position& position,
                             Cache& cache,
                             Workspace& workspace,
                             float gain,
                             index_t tokens) {
                        { A::name } -> std::convertible_to<std::string_view>;
                        {
                            a.scratch(tokens)
                        } -> std::same_as<index_t>;  // floats it takes from the workspace
                        a(x, position, cache, y, gain, workspace);  // x, y [tokens, width]
                    };

}  // namespace gradus
