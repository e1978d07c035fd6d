// SPDX-License-Identifier: MIT
// Ranges at vector speed: the intervals of the definition, for evenly spaced levels.
#include "range_faults.hpp"

#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

using namespace gradus;

TEST_CASE_TEMPLATE("evenly spaced levels: every range equals its own operator",
                   M,
                   binary,
                   uniform_symmetric<4>,
                   shifted<uniform_symmetric<2>>,
                   uniform_asymmetric<3>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(test::faults_of_ranges<M>() == 0);
}

TEST_CASE("minima and maxima of runs of any length, zeros of both signs among them") {
    for (index_t n = 0; n <= 70; ++n) {
        const std::vector<float> x = test::values_around(0.3f, n, 1000 + n);
        CHECK(test::same_interval(extent_of(x), minmax::of(x)));
    }
    CHECK(extent_of({}).hi == 0.0f);
}
