// SPDX-License-Identifier: MIT
// Positions on an evenly spaced grid, for real zeros and any sign of the scale.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/mapping/uniform_grid.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

using gradus::bracket;
using gradus::uniform_grid::locate;

/// Position on the axis of codes, by definition and in double.
double position(double x, double scale, double zero, double first, double last) {
    return std::clamp(x / scale + zero, first, last);
}

}  // namespace

TEST_CASE("bracket and fraction add up to the clamped position") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x67726964u);
    int faults = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const auto scale = static_cast<float>(4 * key.uniform(4 * i) - 2);
        const auto zero = static_cast<float>(20 * key.uniform(4 * i + 1) - 3);
        const auto x = static_cast<float>(60 * key.uniform(4 * i + 2) - 30);
        const bracket b = locate<float, 2, 13>(x, scale, zero);
        const double expected = position(static_cast<double>(x), static_cast<double>(scale),
                                         static_cast<double>(zero), 2, 13);
        const double size = std::fabs(static_cast<double>(x / scale)) + 16;
        faults += b.lower < 2 || b.lower > 12 || !(0.0f <= b.t && b.t <= 1.0f);
        faults += !(std::fabs(b.lower + static_cast<double>(b.t) - expected) <= 0x1p-23 * size);
        const auto d =
            locate<double, 2, 13>(static_cast<double>(x), scale, static_cast<double>(zero));
        faults += !(std::fabs(d.lower + d.t - expected) <= 1e-12);
    }
    CHECK(faults == 0);
}

TEST_CASE("the fraction of a level is exactly zero, at the top one") {
    for (int c = 0; c < 15; ++c) {
        const bracket b = locate<float, 0, 15>(static_cast<float>(c) * 0.25f, 0.25f, 0.0f);
        CHECK(b.lower == c);
        CHECK(b.t == 0.0f);
    }
    const bracket top = locate<float, 0, 15>(3.75f, 0.25f, 0.0f);
    CHECK(top.lower == 14);
    CHECK(top.t == 1.0f);
}

TEST_CASE("beyond the grid, and without a number, there is still a bracket") {
    const float inf = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const bracket high = locate<float, 0, 7>(inf, 1.0f, 4.0f);
    CHECK(high.lower == 6);
    CHECK(high.t == 1.0f);
    const bracket low = locate<float, 0, 7>(-inf, 1.0f, 4.0f);
    CHECK(low.lower == 0);
    CHECK(low.t == 0.0f);
    const bracket none = locate<float, 0, 7>(nan, 1.0f, 4.0f);
    CHECK(none.lower == 0);
    CHECK(none.t == 0.0f);
}

TEST_CASE("without a scale everything lies on the zero level") {
    for (const float x : {0.0f, 1.0f, -1e30f}) {
        const bracket b = locate<float, 0, 7>(x, 0.0f, 4.0f);
        CHECK(b.lower == 4);
        CHECK(b.t == 0.0f);
    }
}
