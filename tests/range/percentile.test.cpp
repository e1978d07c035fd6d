// SPDX-License-Identifier: MIT
// Percentiles against a sorted sample.
#include "values.hpp"

#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/range/percentile.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::interval;
using gradus::percentile;
using gradus::uniform_symmetric;
using namespace gradus::test;

static_assert(gradus::range_estimator<percentile, uniform_symmetric<4>>);
static_assert(gradus::name_of<percentile>() == "percentile");

interval range_of(float percent, const std::vector<float>& values) {
    return percentile{percent}(values, {}, uniform_symmetric<4>{});
}

/// Linear interpolation between order statistics.
double sorted_quantile(std::vector<float> values, double share) {
    std::sort(values.begin(), values.end());
    const double position = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double fraction = position - static_cast<double>(below);
    return static_cast<double>(values[below]) * (1 - fraction) +
           static_cast<double>(values[above]) * fraction;
}

}  // namespace

TEST_CASE("both ends are quantiles of the sorted values, widened to zero") {
    INFO("GRADUS_SEED=", seed());
    for (const std::size_t n : {1u, 2u, 3u, 10u, 64u, 127u, 1000u}) {
        for (const double centre : {0.0, 3.0, -3.0}) {
            auto values = normal_sample(n, n);
            for (float& x : values) {
                x += static_cast<float>(centre);
            }
            for (const float percent : {1.0f, 50.0f, 90.0f, 99.0f, 99.9f, 100.0f}) {
                const double tail = (1 - static_cast<double>(percent) / 100) / 2;
                const interval found = range_of(percent, values);
                const double lo = std::min(sorted_quantile(values, tail), 0.0);
                const double hi = std::max(sorted_quantile(values, 1 - tail), 0.0);
                CHECK(std::fabs(static_cast<double>(found.lo) - lo) <= 1e-5);
                CHECK(std::fabs(static_cast<double>(found.hi) - hi) <= 1e-5);
            }
        }
    }
}

TEST_CASE("a hundred percent are the smallest and the largest value") {
    for (std::uint64_t n = 1; n < 70; ++n) {
        const auto values = normal_sample(n, n);
        const interval found = range_of(100.0f, values);
        CHECK(found.lo == gradus::minmax::of(values).lo);
        CHECK(found.hi == gradus::minmax::of(values).hi);
    }
}

TEST_CASE("eleven values by hand") {
    const std::vector<float> values{-5, 4, -3, 2, -1, 0, 1, -2, 3, -4, 5};
    const interval all = range_of(80.0f, values);  // a tenth on each side is one value
    CHECK(all.lo == doctest::Approx(-4));
    CHECK(all.hi == doctest::Approx(4));
    const interval between = range_of(90.0f, values);
    CHECK(between.lo == doctest::Approx(-4.5));
    CHECK(between.hi == doctest::Approx(4.5));
}

TEST_CASE("nothing, constants, zeros") {
    CHECK(range_of(99.0f, {}).lo == 0.0f);
    CHECK(range_of(99.0f, {}).hi == 0.0f);
    CHECK(range_of(99.0f, std::vector<float>(9, 2.5f)).hi == 2.5f);
    CHECK(range_of(99.0f, std::vector<float>(9, 2.5f)).lo == 0.0f);
    CHECK(range_of(99.0f, std::vector<float>(9, 0.0f)).hi == 0.0f);
}

TEST_CASE("knobs outside (0, 100] are refused") {
    CHECK(percentile{}.valid());
    CHECK(percentile{100.0f}.valid());
    CHECK_FALSE(percentile{0.0f}.valid());
    CHECK_FALSE(percentile{100.1f}.valid());
    CHECK_FALSE(percentile{std::numeric_limits<float>::quiet_NaN()}.valid());
}
