// SPDX-License-Identifier: MIT
// A rounding: which of the two neighbouring codes a value gets.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/real.hpp>

namespace gradus {

/// The state of a rounding along one row.
///   adjust(x)              x plus what earlier elements left over
///   choose(b)              `b.lower` or `b.lower + 1`
///   feed(residual, step)   x - decode(choice), and the distance of the two levels
template <class S>
concept rounder = requires(S s, float x, bracket b) {
    { s.adjust(x) } noexcept -> std::same_as<float>;
    { s.choose(b) } noexcept -> std::same_as<code_t>;
    { s.feed(x, x) } noexcept;
};

/// `start(row)` begins the one stream of a row, which runs through all its groups in order.
/// `memoryless`: nothing passes from one element to the next, so `adjust` and `feed` are skipped.
template <class R>
concept rounding = named<R> && requires(const R r, index_t row) {
    { R::memoryless } -> std::convertible_to<bool>;
    { r.start(row) } noexcept -> rounder;
};

}  // namespace gradus
