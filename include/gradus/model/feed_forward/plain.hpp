// SPDX-License-Identifier: MIT
// Plain feed-forward network: up, bend, down.
#pragma once

#include <gradus/concepts/activation_function.hpp>
#include <gradus/concepts/feed_forward.hpp>
#include <gradus/model/activation/gelu.hpp>
#include <gradus/model/linear.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

///     y += gain * D f(U x)
///
/// Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 2.
template <activation_function Activation> struct plain {
    static constexpr std::string_view name = "plain";

    linear up;    // [hidden, width]
    linear down;  // [width, hidden]
    [[no_unique_address]] Activation activation = {};

    [[nodiscard]] index_t scratch(index_t tokens) const {
        return workspace::cost(tokens, up.rows()) +
               std::max(up.scratch(tokens), down.scratch(tokens));
    }

    void operator()(matrix_view<const float> x,  // [tokens, width]
                    matrix_view<float> y,        // [tokens, width]
                    float gain,
                    workspace& memory) const {
        workspace::scope scope{memory};
        const matrix_view<float> hidden = scope.take(x.rows, up.rows());
        open(x, hidden, memory);
        down.add(hidden, y, gain, memory);
    }

    /// All but the last matrix, for those who look at its input.
    void open(matrix_view<const float> x,  // [tokens, width]
              matrix_view<float> hidden,   // [tokens, hidden]
              workspace& memory) const {
        up(x, hidden, memory);
        for (index_t t = 0; t < x.rows; ++t) {
            activation(hidden.row(t));
        }
    }
};

static_assert(feed_forward<plain<gelu_tanh>, workspace>);

}  // namespace GRADUS_ISA
}  // namespace gradus
