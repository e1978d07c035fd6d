// SPDX-License-Identifier: MIT
// Range and spread of scores.
#include <gradus/importance/score_spread.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using gradus::spread_of;

TEST_CASE("range, mean and deviation by hand") {
    const auto found = spread_of(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
    CHECK(found.least == 2.0);
    CHECK(found.most == 9.0);
    CHECK(found.mean == doctest::Approx(5.0));
    CHECK(found.deviation == doctest::Approx(2.0));
    CHECK(found.ratio() == 4.5);
    CHECK_FALSE(found.flat());
}

TEST_CASE("scores within a fifth of each other are flat") {
    CHECK(spread_of(std::vector{0.979, 1.0, 1.021}).flat());
    CHECK(spread_of(std::vector{3.0}).flat());
    CHECK(spread_of(std::vector{0.0, 0.0}).flat());
    CHECK(spread_of({}).flat());
    CHECK_FALSE(spread_of(std::vector{1.0, 1.21}).flat());
    CHECK(std::isinf(spread_of(std::vector{0.0, 1.0}).ratio()));
}
