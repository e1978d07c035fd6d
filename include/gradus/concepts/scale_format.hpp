// SPDX-License-Identifier: MIT
// A scale format: how the scale of a group is stored.
#pragma once

#include <gradus/concepts/named.hpp>

namespace gradus {

/// Codes are chosen with `decode(encode(s))`, never with the `s` before rounding.
///   bits                    of one stored scale, a multiple of 8
///   row_bits                stored once per row (0: none); `row` is 0 then
///   fit_row(largest)        the row's word, given the largest |scale| expected in it
///   encode(scale, row)      nearest storable scale; sign included
///   decode(word, row)       its value
///   largest                 the largest finite |scale| it can hold
template <class S>
concept scale_format = named<S> && requires(const S s, float x, std::uint32_t word) {
    requires(S::bits % 8 == 0 && S::bits <= 32);
    requires(S::row_bits % 8 == 0 && S::row_bits <= 32);
    { s.fit_row(x) } noexcept -> std::same_as<std::uint32_t>;
    { s.encode(x, word) } noexcept -> std::same_as<std::uint32_t>;
    { s.decode(word, word) } noexcept -> std::same_as<float>;
    { S::largest } -> std::convertible_to<float>;
};

}  // namespace gradus
