// SPDX-License-Identifier: MIT
// The normal distribution at compile time, against the C library's error function and tables.
#include <gradus/core/normal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>

namespace {

namespace normal = gradus::normal;

constexpr std::size_t points = 97;

/// From -6 to 6 in steps of 1/8: exact in binary, and the border of the two formulas is among them.
constexpr double abscissa(std::size_t i) {
    return (static_cast<double>(i) - 48) / 8;
}

consteval std::array<double, points> densities() {
    std::array<double, points> values{};
    for (std::size_t i = 0; i < points; ++i) {
        values[i] = normal::density(abscissa(i));
    }
    return values;
}

consteval std::array<double, points> tails() {
    std::array<double, points> values{};
    for (std::size_t i = 0; i < points; ++i) {
        values[i] = normal::upper_tail(abscissa(i));
    }
    return values;
}

/// Probabilities from 2e-9 up to one half, and their complements.
constexpr std::array probabilities{2e-9, 1e-6, 1e-4, 0.001, 0.0062, 0.00621, 0.01, 0.025,
                                   0.1,  0.2,  0.25, 0.3,   0.4,    0.49,    0.499};

template <bool Complement> consteval auto quantiles() {
    std::array<double, probabilities.size()> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = normal::quantile(Complement ? 1.0 - probabilities[i] : probabilities[i]);
    }
    return values;
}

bool close_to(double value, double expected, double bound) {
    return std::fabs(value - expected) <= bound;
}

/// How far x is from the quantile of 1 - tail, by one Newton step in extended precision.
double distance(double x, double tail) {
    const auto at = static_cast<long double>(x);
    const long double residual =
        std::erfc(at / std::sqrt(2.0L)) / 2 - static_cast<long double>(tail);
    const long double slope = std::exp(-at * at / 2) / std::sqrt(2 * 3.14159265358979323846L);
    return static_cast<double>(std::fabs(residual / slope));
}

}  // namespace

TEST_CASE("the exponential is that of the C library, to the last bits") {
    CHECK(normal::exponential(0.0) == 1.0);
    CHECK(close_to(normal::exponential(1.0), std::exp(1.0), 1e-15 * std::exp(1.0)));
    CHECK(close_to(normal::exponential(-1.0), std::exp(-1.0), 1e-15));
    CHECK(close_to(normal::exponential(20.5), std::exp(20.5), 1e-14 * std::exp(20.5)));
    CHECK(close_to(normal::exponential(-30.25), std::exp(-30.25), 1e-14 * std::exp(-30.25)));
}

TEST_CASE("the density is that of the formula") {
    static constexpr auto values = densities();
    for (std::size_t i = 0; i < points; ++i) {
        const double x = abscissa(i);
        const double expected = std::exp(-x * x / 2) / std::sqrt(2 * 3.14159265358979323846);
        CHECK(close_to(values[i], expected, 1e-14 * expected));
        CHECK(values[i] == values[points - 1 - i]);
    }
}

TEST_CASE("the upper tail has a relative error below 1e-13 and falls") {
    static constexpr auto values = tails();
    for (std::size_t i = 0; i < points; ++i) {
        const double expected = std::erfc(abscissa(i) / std::sqrt(2.0)) / 2;
        INFO("x = ", abscissa(i));
        CHECK(close_to(values[i], expected, 1e-13 * expected));
        if (i > 0) { CHECK(values[i] < values[i - 1]); }
    }
}

TEST_CASE("the quantile has an absolute error below 1e-13") {
    static constexpr auto low = quantiles<false>();
    static constexpr auto high = quantiles<true>();
    for (std::size_t i = 0; i < low.size(); ++i) {
        INFO("p = ", probabilities[i]);
        // The complement of a rounded probability is exact, so the tail is known without error.
        CHECK(distance(high[i], 1.0 - (1.0 - probabilities[i])) < 1e-13);
        CHECK(distance(-low[i], 1.0 - (1.0 - probabilities[i])) < 1e-13);
        CHECK(low[i] == -high[i]);
        if (i > 0) { CHECK(low[i] > low[i - 1]); }
    }
}

TEST_CASE("well-known quantiles") {
    CHECK(normal::quantile(0.5) == 0.0);
    CHECK(close_to(normal::quantile(0.75), 0.674489750196081743, 1e-13));
    CHECK(close_to(normal::quantile(0.975), 1.95996398454005423, 1e-13));
    CHECK(close_to(normal::quantile(0.999), 3.09023230616781354, 1e-13));
}
