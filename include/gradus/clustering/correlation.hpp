// SPDX-License-Identifier: MIT
// How channels depend on each other, from their second moments.
#pragma once

#include <gradus/clustering/square_matrix.hpp>
#include <gradus/core/result.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// rho_ij = S_ij / sqrt(S_ii S_jj), clamped to [-1, 1], with ones on the diagonal. S is a
/// covariance, or a Hessian: then rho is the cosine of two inputs, means not subtracted. A channel
/// with S_jj = 0 (constant, or dead) depends on no other.
///
/// Reads the lower triangle and the diagonal. Errors: a matrix that is not square; an entry that is
/// NaN or infinite, a negative one on the diagonal (nonfinite).
[[nodiscard]] inline result<square_matrix> correlation_of(matrix_view<const double> s) {
    if (s.rows != s.cols) {
        return error{errc::invalid_argument,
                     "correlation of a matrix of " + std::to_string(s.rows) + " rows and " +
                         std::to_string(s.cols) + " columns (expected a square one)"};
    }
    square_matrix rho{s.rows};
    for (index_t i = 0; i < s.rows; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            if (!std::isfinite(s(i, j)) || (i == j && s(i, j) < 0.0)) {
                return error{errc::nonfinite, "second moment (" + std::to_string(i) + ", " +
                                                  std::to_string(j) + ") is " +
                                                  std::to_string(s(i, j))};
            }
            const double scale = std::sqrt(s(i, i)) * std::sqrt(s(j, j));
            const double value = scale > 0.0 ? std::clamp(s(i, j) / scale, -1.0, 1.0) : 0.0;
            rho(i, j) = i == j ? 1.0 : value;
            rho(j, i) = rho(i, j);
        }
    }
    return rho;
}

/// d_ij = 1 - |rho_ij|: 0 on the diagonal, 1 between channels that do not depend on each other.
[[nodiscard]] inline square_matrix correlation_distance(matrix_view<const double> rho) {
    square_matrix distance{rho.rows};
    for (index_t i = 0; i < rho.rows; ++i) {
        for (index_t j = 0; j < rho.rows; ++j) {
            distance(i, j) = i == j ? 0.0 : 1.0 - std::abs(rho(i, j));
        }
    }
    return distance;
}

/// I_ij = -ln(1 - rho_ij^2) / 2, in nats: the mutual information of Gaussian channels, a lower
/// bound for others with the same copula. |rho| counts as at most .9999 (4.2586 nats), the diagonal
/// too. Blind for dependence without correlation (x and x^2 of a symmetric x).
[[nodiscard]] inline double gaussian_information(double rho) noexcept {
    constexpr double most = 0.9999;
    const double r = std::min(std::abs(rho), most);
    return -0.5 * std::log1p(-r * r);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
