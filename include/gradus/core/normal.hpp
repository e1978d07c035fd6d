// SPDX-License-Identifier: MIT
// The standard normal distribution at compile time: density, upper tail, quantile.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace normal {

/// e^x for |x| < 700. Relative error below 1e-15. x = k ln 2 + r, |r| <= ln 2 / 2, then the series.
[[nodiscard]] constexpr double exponential(double x) noexcept {
    constexpr double ln2 = 0.693147180559945309417;
    const int k = static_cast<int>(x / ln2 + (x < 0 ? -0.5 : 0.5));
    const double r = x - k * ln2;
    double sum = 1.0;
    for (int n = 18; n > 0; --n) {
        sum = 1.0 + sum * r / n;
    }
    for (int i = 0; i < k; ++i) {
        sum *= 2.0;
    }
    for (int i = 0; i > k; --i) {
        sum *= 0.5;
    }
    return sum;
}

/// phi(x) = exp(-x^2 / 2) / sqrt(2 pi).
[[nodiscard]] constexpr double density(double x) noexcept {
    return 0.398942280401432677940 * exponential(-0.5 * x * x);
}

/// Q(x) = P(Z > x). Below 2.5 by the series of Abramowitz and Stegun 26.2.11, above it by the
/// continued fraction 26.2.14. Relative error below 1e-13.
[[nodiscard]] constexpr double upper_tail(double x) noexcept {
    if (x < 0) { return 1.0 - upper_tail(-x); }
    if (x < 2.5) {
        double term = x;
        double sum = x;
        for (int n = 3; n < 80 && term > 1e-18 * sum; n += 2) {
            sum += term *= x * x / n;
        }
        return 0.5 - density(x) * sum;
    }
    double fraction = x;
    for (int n = 60; n > 0; --n) {
        fraction = x + n / fraction;
    }
    return density(x) / fraction;
}

/// The x with P(Z <= x) = p, 0 < p < 1. Absolute error below 1e-13 for 1e-9 < p < 1 - 1e-9.
/// A bracket of width one, then Halley steps (cubic convergence).
[[nodiscard]] constexpr double quantile(double p) noexcept {
    if (p == 0.5) { return 0.0; }
    if (p < 0.5) { return -quantile(1.0 - p); }
    const double tail = 1.0 - p;
    double x = 1.0;
    while (upper_tail(x) > tail) {
        x += 1.0;
    }
    x -= 0.5;
    for (int i = 0; i < 8; ++i) {
        const double step = (upper_tail(x) - tail) / density(x);
        x += step / (1.0 - 0.5 * x * step);
    }
    return x;
}

}  // namespace normal
}  // namespace GRADUS_ISA
}  // namespace gradus
