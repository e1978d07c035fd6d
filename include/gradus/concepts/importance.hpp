// SPDX-License-Identifier: MIT
// An importance criterion: what the input channels of a matrix are worth, one number each.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/matrix_view.hpp>

#include <span>
#include <vector>

namespace gradus {

/// What calibration found out about the input channels of a matrix. Owns nothing; each member has
/// one number a channel, or is empty where it was not collected.
struct channel_statistics {
    std::span<const double> mean_magnitude;    ///< mean |x_j|
    std::span<const double> variance;          ///< of x_j
    std::span<const double> hessian_diagonal;  ///< H_jj, H = sum of x x^T (any scale), damped
    std::span<const double> factor_diagonal;   ///< U_jj, H^-1 = U^T U with U upper triangular
};

/// `c(weights, statistics)`: [cols] scores, larger means keep; `c.ready(cols, statistics)`: whether
/// all that it reads is there. Scores of different criteria have different units.
template <class C>
concept importance_criterion =
    named<C> &&
    requires(const C c, weights_view weights, index_t cols, const channel_statistics& statistics) {
        { c(weights, statistics) } -> std::same_as<std::vector<double>>;
        { c.ready(cols, statistics) } -> std::same_as<bool>;
    };

}  // namespace gradus
