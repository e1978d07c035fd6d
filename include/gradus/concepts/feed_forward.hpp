// SPDX-License-Identifier: MIT
// A feed-forward network works on every token by itself.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <concepts>
#include <string_view>

namespace gradus {

/// The call adds `gain` times its result to y.
template <class F, class Workspace>
concept feed_forward = requires(const F f,
                                matrix_view<const float> x,
                                matrix_view<float> y,
                                Workspace& workspace,
                                float gain,
                                index_t tokens) {
    { F::name } -> std::convertible_to<std::string_view>;
    { f.scratch(tokens) } -> std::same_as<index_t>;  // floats it takes from the workspace
    f(x, y, gain, workspace);                        // x, y [tokens, width]
};

}  // namespace gradus
