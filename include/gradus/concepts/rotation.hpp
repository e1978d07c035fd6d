// SPDX-License-Identifier: MIT
// A rotation: an orthonormal change of basis that kernels apply in place.
#pragma once

#include <gradus/concepts/named.hpp>

#include <span>

namespace gradus {

///   accepts(n)        whether it can turn vectors of n values
///   apply(x)          x <- R x, R orthonormal: lengths and inner products stay, up to rounding
///   invert(x)         x <- R^T x
template <class R>
concept rotation = named<R> && requires(const R r, std::span<float> x, index_t n) {
    { r.accepts(n) } noexcept -> std::same_as<bool>;
    { r.apply(x) } noexcept;
    { r.invert(x) } noexcept;
};

}  // namespace gradus
