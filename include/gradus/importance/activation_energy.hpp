// SPDX-License-Identifier: MIT
// Importance: how large the inputs of a channel are.
#pragma once

#include <gradus/concepts/importance.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = mean |x_j|, in the unit of the activations.
///
/// The first of five terms of the research code; there the mean was a running one in which the last
/// sample counted as much as all others, here it is exact.
struct activation_energy {
    static constexpr std::string_view name = "activation_energy";

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& s) const noexcept {
        return s.mean_magnitude.size() == cols;
    }

    [[nodiscard]] std::vector<double> operator()([[maybe_unused]] weights_view weights,
                                                 const channel_statistics& s) const {
        GRADUS_EXPECT(ready(weights.cols, s));
        return {s.mean_magnitude.begin(), s.mean_magnitude.end()};
    }
};

static_assert(importance_criterion<activation_energy>);

}  // namespace GRADUS_ISA
}  // namespace gradus
