// SPDX-License-Identifier: MIT
// Bits of a cache unit from the error that the output of attention may show.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/logarithm.hpp>

#include <cmath>
#include <limits>

namespace gradus {

/// The closed menu of widths that a rule may give, 0 <= least <= most <= 16.
struct width_limits {
    int least = 0;
    int most = 8;
};

inline namespace GRADUS_ISA {

/// The least n within the limits for which 2^n >= levels. No logarithm decides a stored byte.
[[nodiscard]] inline int width_of_levels(double levels, width_limits limits) {
    GRADUS_EXPECT(0 <= limits.least && limits.least <= limits.most && limits.most <= 16);
    int width = limits.least;
    while (width < limits.most && std::ldexp(1.0, width) < levels) {
        ++width;
    }
    return width;
}

/// ln( T^3 / (T - 1) * x^2 + 1 ), the budget of the logits behind an error x of the attention. One
/// token has all attention whatever its key is: infinite.
[[nodiscard]] inline double logit_budget(index_t tokens, double target) {
    if (tokens < 2) { return std::numeric_limits<double>::infinity(); }
    const auto t = static_cast<double>(tokens);
    return log2_exactly(t * t * t / (t - 1.0) * target * target + 1.0) * 0.6931471805599453;
}

/// The rule as the paper derives it: deviations (sigma) of the error of one stored value.
///
///     keys    sigma^2 <= ln( T^3 / (T - 1) * target^2 + 1 ) / sum_d Q_d^2
///     values  sigma   <= target / (sqrt(T) * A_t)
///     width   n = ceil( log2( range / (2 sqrt(3) sigma) + 1 ) )
///
/// T tokens in the cache; Q a query, whose energy is taken at the upper tenth of queries; A_t the
/// most attention that token t got, from any query head that shares the unit. The width is that
/// of a grid with representable ends, 2^n - 1 steps of sqrt(12) sigma; the paper writes the
/// same without the + 1, that is, for 2^n steps.
///
/// Units:  `target` in those of the attention's output, range and sigma in those of the values.
/// Edges:  T = 1 and A_t = 0 allow any error (sigma is infinite): the least width.
/// Source: QAQ, arXiv:2403.04643, section 4. Logits are taken as q k, without 1 / sqrt(width): give
///         the energy of scaled queries.
namespace qaq {

[[nodiscard]] inline double key_deviation(index_t tokens, double query_energy, double target) {
    return std::sqrt(logit_budget(tokens, target) / query_energy);
}

[[nodiscard]] inline double value_deviation(index_t tokens, double attention, double target) {
    return target / (std::sqrt(static_cast<double>(tokens)) * attention);
}

[[nodiscard]] inline int width(double range, double deviation, width_limits limits) {
    constexpr double step = 3.4641016151377544;  // of a grid, in deviations of its error
    return width_of_levels(range / (step * deviation) + 1.0, limits);
}

}  // namespace qaq

/// The rule as the authors' code computes it, for comparison only.
///
///     keys    e   = sqrt( (12 / q_norm) * ln( S^3 / (S - 1) * target^2 + 1 ) )
///     values  e_t = sqrt(12 / S) * target / A_t
///     width   n   = clamp( ceil( log2( range / (2 e) + 1 ) ), least, most )
///
/// It takes e = sqrt(12) sigma, a whole step, for half a step: about one bit less than `qaq`.
/// q_norm enters unsquared although it is documented as a norm (published runs use 300), and target
/// sits inside the logarithm: from 1 to 30 it moves the e of keys by a third.
///
/// Edges:  S = 1 (a division by zero there) and A_t = 0 give an infinite e: the least width.
/// Source: the code beside arXiv:2403.04643.
namespace qaq_legacy {

[[nodiscard]] inline double key_error(index_t tokens, double query_norm, double target) {
    return std::sqrt(12.0 / query_norm * logit_budget(tokens, target));
}

[[nodiscard]] inline double value_error(index_t tokens, double attention, double target) {
    return std::sqrt(12.0 / static_cast<double>(tokens)) * target / attention;
}

[[nodiscard]] inline int width(double range, double error, width_limits limits) {
    return width_of_levels(range / (2.0 * error) + 1.0, limits);
}

}  // namespace qaq_legacy

}  // namespace GRADUS_ISA
}  // namespace gradus
