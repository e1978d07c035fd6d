// SPDX-License-Identifier: MIT
// The standard normal distribution by other means: erfc and bisection, Simpson's rule.
#pragma once

#include <cmath>

namespace gradus::test {

inline double normal_density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846);
}

inline double normal_tail(double x) {
    return std::erfc(x / std::sqrt(2.0)) / 2;
}

/// Phi^-1(p) by bisection.
inline double normal_quantile_by_bisection(double p) {
    double low = -12;
    double high = 12;
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (normal_tail(-middle) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// The integral of f(x) times the normal density from a to b.
template <class F> double normal_integral(double a, double b, F f) {
    constexpr int steps = 4000;
    const double width = (b - a) / steps;
    double sum = 0.0;
    for (int i = 0; i <= steps; ++i) {
        const double x = a + width * i;
        const double weight = i == 0 || i == steps ? 1 : (i % 2 == 1 ? 4 : 2);
        sum += weight * f(x) * normal_density(x);
    }
    return sum * width / 3;
}

}  // namespace gradus::test
