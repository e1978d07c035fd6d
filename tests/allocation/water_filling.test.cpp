// SPDX-License-Identifier: MIT
// Fractional bits: the continuous optimum, and the discrete allocators beside it.
#include "random_items.hpp"

#include <gradus/allocation/exact_allocator.hpp>
#include <gradus/allocation/water_filling.hpp>

#include <doctest/doctest.h>

using gradus::fill_water;
using gradus::index_t;
using namespace gradus::test;

TEST_CASE("within wide bounds the bits are the average plus half the log to the geometric mean") {
    const std::vector<double> v{1, 4, 16, 64};
    const std::vector<double> weights(4, 1.0);
    const auto level = fill_water(v, weights, 4.0, 0.0, 16.0);
    for (index_t i = 0; i < 4; ++i) {
        CHECK(level.bits[i] == doctest::Approx(4.0 + 0.5 * std::log2(v[i] / 8.0)));
    }
    CHECK(level.distortion == doctest::Approx(4 * 8.0 * std::pow(4.0, -4.0)));
}

TEST_CASE("bounds clamp, and the rest of the bits goes elsewhere") {
    const std::vector<double> v{0.0, 1e-9, 1.0, 4.0, 1e9};
    const std::vector<double> weights{10, 20, 30, 20, 10};
    const auto level = fill_water(v, weights, 3.0, 1.0, 8.0);
    CHECK(level.bits[0] == 1.0);
    CHECK(level.bits[1] == doctest::Approx(1.0));
    CHECK(level.bits[4] == doctest::Approx(8.0));
    CHECK(level.bits[3] - level.bits[2] == doctest::Approx(1.0));
    double spent = 0.0;
    for (index_t i = 0; i < v.size(); ++i) {
        spent += weights[i] * level.bits[i];
    }
    CHECK(spent == doctest::Approx(3.0 * 90));
    CHECK(fill_water(v, weights, 1.0, 1.0, 8.0).bits == std::vector<double>(5, 1.0));
    const std::vector<double> dead(5, 0.0);
    CHECK(fill_water(dead, weights, 3.0, 1.0, 8.0).distortion == 0.0);
}

TEST_CASE("whole bits lose between 1 and 1.264 times as much as fractional ones") {
    for (std::uint64_t trial = 0; trial < 5; ++trial) {
        const auto h = spread_sensitivities(400, trial);
        const std::vector<double> weights(h.size(), 1.0);
        const auto items = sensitive_items(h);
        for (std::uint64_t budget = 500; budget < 3200; budget += 130) {
            const auto found = gradus::exact_allocator{}.allocate(items.view(), budget).value();
            const double average = static_cast<double>(budget) / 400.0;
            const auto ideal = fill_water(h, weights, average, 1.0, 8.0);
            CHECK(found.distortion >= ideal.distortion * (1 - 1e-9));
            CHECK(found.distortion <= ideal.distortion * 1.264 * 1.001);
        }
    }
}
