// SPDX-License-Identifier: MIT
// Recipes 10 to 19 of the covering array.
#include "covering_array.hpp"

#include <doctest/doctest.h>

using gradus::test::faults_of_recipe;

TEST_CASE("all pairs of axes, recipes 10 to 19: bytes and kernels as defined") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults_of_recipe<10>() == 0);
    CHECK(faults_of_recipe<11>() == 0);
    CHECK(faults_of_recipe<12>() == 0);
    CHECK(faults_of_recipe<13>() == 0);
    CHECK(faults_of_recipe<14>() == 0);
    CHECK(faults_of_recipe<15>() == 0);
    CHECK(faults_of_recipe<16>() == 0);
    CHECK(faults_of_recipe<17>() == 0);
    CHECK(faults_of_recipe<18>() == 0);
    CHECK(faults_of_recipe<19>() == 0);
}
