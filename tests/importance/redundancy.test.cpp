// SPDX-License-Identifier: MIT
// Redundancy on matrices whose inverse is known.
#include <gradus/importance/redundancy.hpp>

#include <doctest/doctest.h>

using gradus::redundancy;

TEST_CASE("two channels of correlation rho tell rho^2 of each other, in any unit") {
    // H = (a^2, rho a b; rho a b, b^2);  [H^-1]_jj = 1 / (H_jj (1 - rho^2)).
    for (const double rho : {0.0, 0.3, 0.5, 0.9, 0.999}) {
        const double a = 4.0;
        const double b = 0.01;
        const double inverse = 1.0 / (1.0 - rho * rho);
        const auto r = redundancy(std::vector{a, b}, std::vector{inverse / a, inverse / b});
        CHECK(r[0] == doctest::Approx(rho * rho));
        CHECK(r[1] == doctest::Approx(rho * rho));
    }
}

TEST_CASE("a diagonal has none, and rounding does not make it negative") {
    const auto r = redundancy(std::vector{3.0, 7.0}, std::vector{1.0 / 3.0, 0.999999 / 7.0});
    CHECK(r[0] == doctest::Approx(0.0));
    CHECK(r[1] == 0.0);
    CHECK(redundancy({}, {}).empty());
}
