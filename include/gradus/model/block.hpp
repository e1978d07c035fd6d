// SPDX-License-Identifier: MIT
// A pre-norm residual block.
#pragma once

#include <gradus/concepts/attention.hpp>
#include <gradus/concepts/feed_forward.hpp>
#include <gradus/concepts/normalization.hpp>
#include <gradus/model/workspace.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

///     h = x + gain * attention(norm(x)),   y = h + gain * feed_forward(norm(h))
///
/// Gain 1 is the trained block; a block that runs n times is usually given gain 1 / n.
/// Source: Xiong et al. 2020, arXiv:2002.04745 (pre-norm).
template <normalization Norm, class Attention, feed_forward<workspace> FeedForward> struct block {
    Norm attention_norm;
    Attention attention;
    Norm feed_forward_norm;
    FeedForward feed_forward;

    [[nodiscard]] index_t scratch(index_t tokens) const {
        return workspace::cost(tokens, attention_norm.width()) +
               std::max(attention.scratch(tokens), feed_forward.scratch(tokens));
    }

    /// Appends x to the cache and updates it in place.
    template <position_encoding Position, kv_cache Cache>
    void operator()(matrix_view<float> x,  // [tokens, width]
                    const Position& position,
                    Cache& cache,
                    float gain,
                    workspace& memory) const {
        static_assert(gradus::attention<Attention, Position, Cache, workspace>);
        workspace::scope scope{memory};
        const matrix_view<float> normed = scope.take(x.rows, x.cols);
        attention_norm(x, normed);
        attention(normed, position, cache, x, gain, memory);
        feed_forward_norm(x, normed);
        feed_forward(normed, x, gain, memory);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
