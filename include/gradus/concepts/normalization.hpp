// SPDX-License-Identifier: MIT
// A normalization brings every row of activations to a common scale.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <concepts>
#include <string_view>

namespace gradus {

template <class N>
concept normalization = requires(const N norm, matrix_view<const float> x, matrix_view<float> y) {
    { N::name } -> std::convertible_to<std::string_view>;
    { norm.width() } -> std::same_as<index_t>;  // of a row
    norm(x, y);                                 // [tokens, width] each; x and y may be the same
};

}  // namespace gradus
