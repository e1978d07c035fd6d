// SPDX-License-Identifier: MIT
// Scores of a criterion, or why there are none.
#pragma once

#include <gradus/concepts/importance.hpp>
#include <gradus/core/result.hpp>

#include <cmath>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The scores of all input channels by `criterion`, each finite and at least 0.
/// Errors: no weights (invalid_argument); statistics that were not collected, or for another number
///         of channels (not_found); scores that are NaN, infinite or negative, named by channel
///         (nonfinite).
template <importance_criterion C>
[[nodiscard]] result<std::vector<double>>
score_channels(const C& criterion, weights_view weights, const channel_statistics& statistics) {
    const std::string name{name_of<C>()};
    if (weights.size() == 0) {
        return error{errc::invalid_argument,
                     "importance '" + name + "' of a matrix without weights"};
    }
    if (!criterion.ready(weights.cols, statistics)) {
        return error{errc::not_found, "importance '" + name + "' needs statistics of " +
                                          std::to_string(weights.cols) +
                                          " channels that are not there. Calibrate first?"};
    }
    auto scores = criterion(weights, statistics);
    for (index_t j = 0; j < scores.size(); ++j) {
        if (!std::isfinite(scores[j]) || scores[j] < 0.0) {
            return error{errc::nonfinite,
                         "importance '" + name + "' of channel " + std::to_string(j) + " is " +
                             std::to_string(scores[j]) + " (expected a number of at least 0)"};
        }
    }
    return scores;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
