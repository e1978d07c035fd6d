// SPDX-License-Identifier: MIT
// Levels of least squared error for a standard normal variable, solved at compile time.
#pragma once

#include <gradus/core/normal.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {
namespace lloyd_max {

/// One cell (a, b) of the positive half axis: its mean and how that moves with the ends.
struct cell {
    double mean;
    double by_a;
    double by_b;
};

/// The mean of Z in (a, b) is (phi(a) - phi(b)) / (Q(a) - Q(b)); `last` means b is infinite.
constexpr cell cell_of(double a, double b, bool last) {
    const double density_a = normal::density(a);
    const double density_b = last ? 0.0 : normal::density(b);
    const double mass = normal::upper_tail(a) - (last ? 0.0 : normal::upper_tail(b));
    const double mean = (density_a - density_b) / mass;
    return {mean, density_a * (mean - a) / mass, last ? 0.0 : density_b * (b - mean) / mass};
}

/// Positive levels y of the symmetric quantizer with 2 * Half levels for N(0, 1), ascending.
/// Solves y_i = E[Z | midpoint(y_{i-1}, y_i) < Z < midpoint(y_i, y_{i+1})], the conditions of
/// Lloyd 1957 and Max 1960, by Newton's method on the tridiagonal system; the start is the
/// density^(1/3) placement of Panter and Dite 1951. Fixed-point iteration would need thousands of
/// rounds at 128 levels.
template <index_t Half> constexpr std::array<double, Half> positive_levels() {
    std::array<double, Half> y{};
    for (index_t i = 0; i < Half; ++i) {
        y[i] = 1.7320508075688772 *
               normal::quantile(0.5 + (static_cast<double>(i) + 0.5) / (2.0 * Half));
    }
    for (int round = 0; round < 12; ++round) {
        std::array<double, Half> upper{};  // Thomas elimination: upper diagonal and right side
        std::array<double, Half> right{};
        for (index_t i = 0; i < Half; ++i) {
            const bool first = i == 0;
            const bool last = i == Half - 1;
            const double a = first ? 0.0 : 0.5 * (y[i - 1] + y[i]);
            const double b = last ? 0.0 : 0.5 * (y[i] + y[i + 1]);
            const cell c = cell_of(a, b, last);
            const double lower_diagonal = first ? 0.0 : -0.5 * c.by_a;
            const double diagonal = 1.0 - (first ? 0.0 : 0.5 * c.by_a) - 0.5 * c.by_b;
            const double pivot = diagonal - (first ? 0.0 : lower_diagonal * upper[i - 1]);
            upper[i] = last ? 0.0 : -0.5 * c.by_b / pivot;
            right[i] = (c.mean - y[i] - (first ? 0.0 : lower_diagonal * right[i - 1])) / pivot;
        }
        for (index_t i = Half - 1; i-- > 0;) {
            right[i] -= upper[i] * right[i + 1];
        }
        for (index_t i = 0; i < Half; ++i) {
            y[i] += right[i];
        }
    }
    return y;
}

}  // namespace lloyd_max
}  // namespace GRADUS_ISA
}  // namespace gradus
