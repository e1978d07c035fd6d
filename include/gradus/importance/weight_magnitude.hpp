// SPDX-License-Identifier: MIT
// Importance: how large the weights of a channel are.
#pragma once

#include <gradus/concepts/importance.hpp>
#include <gradus/importance/column_sums.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = mean over rows of |w_rj|, in the unit of the weights.
struct weight_magnitude {
    static constexpr std::string_view name = "weight_magnitude";

    [[nodiscard]] bool ready(index_t, const channel_statistics&) const noexcept { return true; }

    [[nodiscard]] std::vector<double> operator()(weights_view weights,
                                                 const channel_statistics&) const {
        auto scores = column_sums(weights, [](double w) { return magnitude(w); });
        for (double& score : scores) {
            score /= static_cast<double>(weights.rows);
        }
        return scores;
    }
};

static_assert(importance_criterion<weight_magnitude>);

}  // namespace GRADUS_ISA
}  // namespace gradus
