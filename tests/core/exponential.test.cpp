// SPDX-License-Identifier: MIT
// Powers of two against the C library.
#include <gradus/core/exponential.hpp>
#include <gradus/core/logarithm.hpp>

#include <doctest/doctest.h>

#include <cmath>

using gradus::exp2_exactly;

TEST_CASE("powers of two are right to 1e-15, whole ones exactly") {
    for (int i = -200'000; i <= 200'000; i += 7) {
        const double x = i * 0.005;
        CHECK(std::abs(exp2_exactly(x) / std::exp2(x) - 1.0) <= 1e-15);
    }
    for (int n = -1000; n <= 1000; ++n) {
        CHECK(exp2_exactly(n) == std::ldexp(1.0, n));
    }
}

TEST_CASE("it undoes the logarithm") {
    for (double x = 1e-6; x < 1e9; x *= 1.37) {
        CHECK(exp2_exactly(gradus::log2_exactly(x)) == doctest::Approx(x).epsilon(3e-14));
    }
}
