// SPDX-License-Identifier: MIT
// The logarithm that divergences are measured with, against that of the C library.
#include "seed.hpp"

#include <gradus/core/logarithm.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

using gradus::log2_exactly;

double error(double x) {
    const double expected = std::log2(x);
    return std::fabs(log2_exactly(x) - expected) / std::max(1.0, std::fabs(expected));
}

}  // namespace

TEST_CASE("powers of two have exact logarithms") {
    for (int e = -1022; e <= 1023; ++e) {
        REQUIRE(log2_exactly(std::ldexp(1.0, e)) == static_cast<double>(e));
    }
}

TEST_CASE("the error is below 1e-14 everywhere, and near one") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x6c6f67u);
    double worst = 0.0;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        worst = std::max(worst, error(std::exp2(2000 * key.uniform(2 * i) - 1000)));
        worst = std::max(worst, error(0.25 + 4 * key.uniform(2 * i + 1)));
    }
    CHECK(worst < 1e-14);
    for (const double x :
         {1 + 1e-15, 1 - 1e-15, 1.4142135623730950, 1.4142135623730954,
          std::numeric_limits<double>::min(), std::numeric_limits<double>::max()}) {
        CHECK(error(x) < 1e-14);
    }
}

TEST_CASE("it never falls, also where the mantissa wraps") {
    for (const double centre : {0.5, 0.70710678118654752, 1.0, 1.4142135623730951, 2.0, 3.0}) {
        double x = centre * (1 - 1e-12);
        for (int i = 0; i < 2000; ++i) {
            const double next = x * (1 + 1e-15);
            REQUIRE(log2_exactly(next) >= log2_exactly(x) - 4e-16);
            x = next;
        }
    }
}
