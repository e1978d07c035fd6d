// SPDX-License-Identifier: MIT
// An activation scheme: how a product sees the activations as small integers.
#pragma once

#include <gradus/concepts/named.hpp>

namespace gradus {

/// Who shares one scale of the activations.
enum class activation_scope {
    token,    ///< a whole row
    segment,  ///< a run of columns of one group of the weights (`segment_columns` at most)
};

/// Activations are x = (d_0 + 256 d_1 + 65536 d_2) * scale with signed bytes d.
///   digits            how many bytes there are, 1 or 3
///   scope             who shares a scale
///   segment_columns   the widest segment; 0: as wide as the kernel likes
///   most              the largest |integer| used
///   scale(largest)    scale for values of which `largest` is the largest magnitude; the values
///                     beyond most * scale are clamped; NaN and infinity must come out as such
/// and, where a scheme has it,
///   clipped_share()   `largest` is what all but this share of a token's magnitudes stay below
///   rounds_to_bf16    values are rounded to bf16 first
template <class A>
concept activation_scheme = named<A> && requires(const A a, float largest) {
    requires(A::digits == 1 || A::digits == 3);
    { A::scope } -> std::convertible_to<activation_scope>;
    { A::segment_columns } -> std::convertible_to<index_t>;
    { A::most } -> std::convertible_to<float>;
    { a.scale(largest) } noexcept -> std::same_as<float>;
};

template <class A>
concept clipping_scheme = activation_scheme<A> && requires(const A a) {
    { a.clipped_share() } noexcept -> std::same_as<double>;
};

/// Integers of 24 bits in units of a segment's largest value are as good as the floats, and where a
/// product is made in floats, these are taken.
template <class A>
inline constexpr bool keeps_floats = A::digits == 3 && A::scope == activation_scope::segment;

}  // namespace gradus
