// SPDX-License-Identifier: MIT
// Gated feed-forward network.
#pragma once

#include <gradus/concepts/activation_function.hpp>
#include <gradus/concepts/feed_forward.hpp>
#include <gradus/kernels/f32_dot.hpp>
#include <gradus/model/activation/silu.hpp>
#include <gradus/model/linear.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

///     y += gain * D (f(G x) * U x),   the product element by element
///
/// Source: Shazeer 2020, arXiv:2002.05202 (SwiGLU with f = silu).
template <activation_function Activation> struct gated {
    static constexpr std::string_view name = "gated";

    linear gate;  // [hidden, width]
    linear up;    // [hidden, width]
    linear down;  // [width, hidden]
    [[no_unique_address]] Activation activation = {};

    [[nodiscard]] index_t scratch(index_t tokens) const {
        return 2 * workspace::cost(tokens, gate.rows()) +
               std::max({gate.scratch(tokens), up.scratch(tokens), down.scratch(tokens)});
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
        workspace::scope scope{memory};
        const matrix_view<float> opened = scope.take(x.rows, gate.rows());
        gate(x, opened, memory);
        up(x, hidden, memory);
        for (index_t t = 0; t < x.rows; ++t) {
            activation(opened.row(t));
            zip_lanes(opened.row(t), hidden.row(t),
                      [](const auto& a, const auto& b) { return a * b; });
        }
    }
};

static_assert(feed_forward<gated<silu>, workspace>);

}  // namespace GRADUS_ISA
}  // namespace gradus
