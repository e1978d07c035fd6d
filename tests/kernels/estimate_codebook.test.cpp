// SPDX-License-Identifier: MIT
// Ranges at vector speed: the intervals of the definition, for tables of levels.
#include "range_faults.hpp"

#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/normal_quantile.hpp>

#include <doctest/doctest.h>

using namespace gradus;

TEST_CASE_TEMPLATE("tables of levels: every range equals its own operator",
                   M,
                   normal_quantile<4>,
                   normal_quantile<3, normal_placement::equal_mass>,
                   normal_quantile<2, normal_placement::nf>,
                   adaptive_quantile<5>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(test::faults_of_ranges<M>() == 0);
}
