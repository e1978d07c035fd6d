// SPDX-License-Identifier: MIT
// Importance: how much the inputs of a channel vary.
#pragma once

#include <gradus/concepts/importance.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = variance of x_j, in the unit of the activations squared. A channel that is large and
/// constant scores 0: its part of the output is a bias, which other terms have to defend.
struct activation_variance {
    static constexpr std::string_view name = "activation_variance";

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& s) const noexcept {
        return s.variance.size() == cols;
    }

    [[nodiscard]] std::vector<double> operator()([[maybe_unused]] weights_view weights,
                                                 const channel_statistics& s) const {
        GRADUS_EXPECT(ready(weights.cols, s));
        return {s.variance.begin(), s.variance.end()};
    }
};

static_assert(importance_criterion<activation_variance>);

}  // namespace GRADUS_ISA
}  // namespace gradus
