// SPDX-License-Identifier: MIT
// Kernels of layouts with tables of levels on every shape of up to three tiles.
#include "kernel_faults.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

using namespace gradus;
using test::faults_of_shapes;

TEST_CASE("normal quantiles, four bits, one scale") {
    CHECK(faults_of_shapes<layout<normal_quantile<4>, tensor, f32_scale>>() == 0);
}

TEST_CASE("normal quantiles with a zero, two bits, one scale a row") {
    CHECK(
        faults_of_shapes<layout<normal_quantile<2, normal_placement::nf>, channel, bf16_scale>>() ==
        0);
}

TEST_CASE("trained levels, six bits, 8-bit scales") {
    CHECK(faults_of_shapes<layout<adaptive_quantile<6>, group<32>, log8_scale>>() == 0);
}
