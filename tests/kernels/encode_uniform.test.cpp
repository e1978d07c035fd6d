// SPDX-License-Identifier: MIT
// Runs of values to codes: the codes of the definition, for mappings with evenly spaced levels.
#include "encode_values.hpp"

#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>

#include <doctest/doctest.h>

using namespace gradus;

TEST_CASE_TEMPLATE("evenly spaced levels: runs equal values one by one",
                   M,
                   binary,
                   ternary,
                   uniform_symmetric<1>,
                   uniform_symmetric<2>,
                   uniform_symmetric<4>,
                   uniform_symmetric<8>,
                   uniform_symmetric<4, code_range::restricted>,
                   shifted<uniform_symmetric<3>>,
                   uniform_asymmetric<1>,
                   uniform_asymmetric<3>,
                   uniform_asymmetric<8>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(test::encode_faults(M{}, nearest{}) == 0);
    CHECK(test::encode_faults(M{}, stochastic{.seed = 5, .tensor = 3}) == 0);
    CHECK(test::encode_faults(M{}, noisy<>{.fraction = 0.7f, .seed = 5}) == 0);
    CHECK(test::encode_faults(M{}, error_diffusing{}) == 0);
    if constexpr (requires(M m) { m.offset; }) {
        CHECK(test::encode_faults(M{0.1f}, nearest{}) == 0);
        CHECK(test::encode_faults(M{0.0f}, stochastic{}) == 0);
    }
}
