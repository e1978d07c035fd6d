// SPDX-License-Identifier: MIT
// Recipes 30 to 39 of the covering array.
#include "covering_array.hpp"

#include <doctest/doctest.h>

using gradus::test::faults_of_recipe;

TEST_CASE("all pairs of axes, recipes 30 to 39: bytes and kernels as defined") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults_of_recipe<30>() == 0);
    CHECK(faults_of_recipe<31>() == 0);
    CHECK(faults_of_recipe<32>() == 0);
    CHECK(faults_of_recipe<33>() == 0);
    CHECK(faults_of_recipe<34>() == 0);
    CHECK(faults_of_recipe<35>() == 0);
    CHECK(faults_of_recipe<36>() == 0);
    CHECK(faults_of_recipe<37>() == 0);
    CHECK(faults_of_recipe<38>() == 0);
    CHECK(faults_of_recipe<39>() == 0);
}
