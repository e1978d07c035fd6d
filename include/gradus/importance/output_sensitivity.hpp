// SPDX-License-Identifier: MIT
// Importance: how much a channel moves the outputs.
#pragma once

#include <gradus/concepts/importance.hpp>
#include <gradus/importance/column_sums.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = sqrt(mean over rows of (w_rj mean|x_j|)^2) = mean|x_j| times the root mean square of
/// the weights, in the unit of the outputs.
struct output_sensitivity {
    static constexpr std::string_view name = "output_sensitivity";

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& s) const noexcept {
        return s.mean_magnitude.size() == cols;
    }

    [[nodiscard]] std::vector<double> operator()(weights_view weights,
                                                 const channel_statistics& s) const {
        GRADUS_EXPECT(ready(weights.cols, s));
        auto scores = column_sums(weights, [](double w) { return w * w; });
        for (index_t j = 0; j < scores.size(); ++j) {
            const double mean_square = scores[j] / static_cast<double>(weights.rows);
            scores[j] = square_root(mean_square) * s.mean_magnitude[j];
        }
        return scores;
    }
};

static_assert(importance_criterion<output_sensitivity>);

}  // namespace GRADUS_ISA
}  // namespace gradus
