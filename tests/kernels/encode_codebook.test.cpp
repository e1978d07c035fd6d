// SPDX-License-Identifier: MIT
// Runs of values to codes: the codes of the definition, for mappings with tables of levels.
#include "encode_values.hpp"

#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace gradus;

TEST_CASE_TEMPLATE("tables of levels: runs equal values one by one",
                   M,
                   normal_quantile<1>,
                   normal_quantile<4>,
                   normal_quantile<8>,
                   normal_quantile<3, normal_placement::equal_mass>,
                   normal_quantile<4, normal_placement::nf>,
                   adaptive_quantile<1>,
                   adaptive_quantile<4>,
                   adaptive_quantile<5>,
                   adaptive_quantile<8>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(test::encode_faults(M{}, nearest{}) == 0);
    CHECK(test::encode_faults(M{}, stochastic{.seed = 5, .tensor = 3}) == 0);
    CHECK(test::encode_faults(M{}, noisy<>{.fraction = 0.7f, .seed = 5}) == 0);
    CHECK(test::encode_faults(M{}, error_diffusing{}) == 0);
}

TEST_CASE("levels that coincide, as training on few values leaves them") {
    adaptive_quantile<3> map;
    map.levels = {-1.0f, -1.0f, -0.5f, 0.0f, 0.0f, 0.0f, 1.0f, 1.0f};
    CHECK(test::encode_faults(map, nearest{}) == 0);
    CHECK(test::encode_faults(map, stochastic{}) == 0);
    map.levels.fill(0.25f);
    CHECK(test::encode_faults(map, nearest{}) == 0);
    CHECK(test::encode_faults(map, stochastic{}) == 0);
}
