// SPDX-License-Identifier: MIT
// A position encoding tells a model where a token stands.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <concepts>
#include <string_view>

namespace gradus {

/// Encodings act on the embedded tokens, or on the queries and keys of every layer; the other
/// function then does nothing. Row i belongs to position first + i.
template <class P>
concept position_encoding = requires(const P p, matrix_view<float> x, index_t n) {
    { P::name } -> std::convertible_to<std::string_view>;
    { p.positions() } -> std::same_as<index_t>;  // how many it knows
    p.at_input(x, n);                            // x [tokens, width], first position
    p.at_heads(x, n, n);                         // x [tokens, heads*width], head width, first
};

}  // namespace gradus
