// SPDX-License-Identifier: MIT
// Recipes 0 to 9 of the covering array.
#include "covering_array.hpp"

#include <doctest/doctest.h>

using gradus::test::faults_of_recipe;

TEST_CASE("all pairs of axes, recipes 0 to 9: bytes and kernels as defined") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults_of_recipe<0>() == 0);
    CHECK(faults_of_recipe<1>() == 0);
    CHECK(faults_of_recipe<2>() == 0);
    CHECK(faults_of_recipe<3>() == 0);
    CHECK(faults_of_recipe<4>() == 0);
    CHECK(faults_of_recipe<5>() == 0);
    CHECK(faults_of_recipe<6>() == 0);
    CHECK(faults_of_recipe<7>() == 0);
    CHECK(faults_of_recipe<8>() == 0);
    CHECK(faults_of_recipe<9>() == 0);
}
