// SPDX-License-Identifier: MIT
// Recipes 20 to 29 of the covering array.
#include "covering_array.hpp"

#include <doctest/doctest.h>

using gradus::test::faults_of_recipe;

TEST_CASE("all pairs of axes, recipes 20 to 29: bytes and kernels as defined") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults_of_recipe<20>() == 0);
    CHECK(faults_of_recipe<21>() == 0);
    CHECK(faults_of_recipe<22>() == 0);
    CHECK(faults_of_recipe<23>() == 0);
    CHECK(faults_of_recipe<24>() == 0);
    CHECK(faults_of_recipe<25>() == 0);
    CHECK(faults_of_recipe<26>() == 0);
    CHECK(faults_of_recipe<27>() == 0);
    CHECK(faults_of_recipe<28>() == 0);
    CHECK(faults_of_recipe<29>() == 0);
}
