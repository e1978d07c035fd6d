// SPDX-License-Identifier: MIT
// Kernels of ternary and binary layouts, and of the widest codes, on every shape of up to three
// tiles.
#include "kernel_faults.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

using namespace gradus;
using test::faults_of_shapes;

TEST_CASE("ternary, five trits a byte, groups of 48") {
    CHECK(faults_of_shapes<layout<ternary, group<>, log8_scale>>({48}) == 0);
}

TEST_CASE("binary, groups of 64") {
    CHECK(faults_of_shapes<layout<binary, group<64>>>() == 0);
}

TEST_CASE("uniform asymmetric, eight bits, one grid") {
    CHECK(faults_of_shapes<layout<uniform_asymmetric<8>, tensor, log8_scale>>() == 0);
}
