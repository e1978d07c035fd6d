// SPDX-License-Identifier: MIT
// Kernels of uniform layouts on every shape of up to three tiles.
#include "kernel_faults.hpp"

#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

using namespace gradus;
using test::faults_of_shapes;

TEST_CASE("uniform symmetric, four bits, fixed groups") {
    CHECK(faults_of_shapes<layout<uniform_symmetric<4>, group<32>>>() == 0);
}

TEST_CASE("uniform symmetric, three bits, groups of 50") {
    CHECK(faults_of_shapes<layout<uniform_symmetric<3>, group<>>>({50}) == 0);
}

TEST_CASE("uniform asymmetric, five bits, 8-bit scales") {
    CHECK(faults_of_shapes<layout<uniform_asymmetric<5>, group<64>, log8_scale>>() == 0);
}

TEST_CASE("shifted grid, two bits, rows by themselves") {
    using moved = shifted<uniform_symmetric<2>>;
    CHECK(faults_of_shapes<layout<moved, group<>, f16_scale, bit_planes<2>, single_rows>>(
              {7}, {0.25f}) == 0);
}
