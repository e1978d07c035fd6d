// SPDX-License-Identifier: MIT
// An activation function bends each value by itself.
#pragma once

#include <gradus/core/types.hpp>

#include <concepts>
#include <span>
#include <string_view>

namespace gradus {

template <class F>
concept activation_function = requires(const F f, std::span<float> x) {
    { F::name } -> std::convertible_to<std::string_view>;
    f(x);  // in place
};

}  // namespace gradus
