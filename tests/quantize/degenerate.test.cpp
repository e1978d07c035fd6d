// SPDX-License-Identifier: MIT
// Matrices of zeros, of one value, of one row, column or element.
#include "weights.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/stochastic.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;

template <class L, class Range = minmax, class R = nearest>
test::weights round_trip(const test::weights& w) {
    const auto packed = quantize(w, recipe<L, Range, R>{});
    REQUIRE(packed);
    return test::decoded(packed.value());
}

int nonzero(const test::weights& w) {
    int count = 0;
    for (const float x : w.values) {
        count += x == 0.0f ? 0 : 1;
    }
    return count;
}

/// Zeros everywhere, and zeros in one group of one row.
template <class L, class Range, class R> int zero_faults() {
    int faults = nonzero(round_trip<L, Range, R>({17, 70}));
    test::weights w = test::bell_shaped(3, 70);
    for (index_t c = 0; c < 64; ++c) {
        w(1, c) = 0.0f;
    }
    const test::weights back = round_trip<L, Range, R>(w);
    for (index_t c = 0; c < 32; ++c) {
        faults += back(1, c) == 0.0f ? 0 : 1;
    }
    return faults;
}

template <mapping M> using in_groups = layout<M, group<32>>;
template <mapping M> using in_rows = layout<M, channel, log8_scale>;

}  // namespace

TEST_CASE_TEMPLATE("groups of zeros decode to zeros",
                   L,
                   in_groups<uniform_symmetric<4>>,
                   in_groups<uniform_asymmetric<3>>,
                   in_groups<normal_quantile<4>>,
                   in_groups<adaptive_quantile<3>>,
                   layout<binary, group<32>, log8_scale>,
                   layout<ternary, group<32>, log8_scale>) {
    const int faults = zero_faults<L, minmax, nearest>() + zero_faults<L, mse_search, nearest>() +
                       zero_faults<L, minmax, stochastic>() +
                       zero_faults<L, minmax, error_diffusing>();
    CHECK(faults == 0);
}

TEST_CASE("matrices of one value keep it, as far as their grid has it") {
    constexpr float relative = 0x1p-11f;  // of a scale in f16
    for (const float value : {0.75f, -0.75f, 1e-3f, -300.0f}) {
        test::weights w{18, 40};
        w.values.assign(w.values.size(), value);
        const auto largest_error = [&](const test::weights& back) {
            float largest = 0.0f;
            for (const float x : back.values) {
                largest = greatest(largest, magnitude(x - value));
            }
            return largest / magnitude(value);
        };
        // At full range the largest value is half a step outside: 1/15 of it.
        CHECK(largest_error(round_trip<in_groups<uniform_symmetric<4>>>(w)) <=
              1.0f / 15.0f + relative);
        CHECK(largest_error(round_trip<in_groups<uniform_symmetric<4, code_range::restricted>>>(
                  w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<uniform_asymmetric<4>>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<normal_quantile<4>>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<adaptive_quantile<2>>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<adaptive_quantile<8>>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<binary>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_groups<ternary>>(w)) <= 1.01f * relative);
        CHECK(largest_error(round_trip<in_rows<ternary>>(w)) <= 0.023f);
        CHECK(largest_error(round_trip<layout<ternary, tensor>>(w)) <= 1.01f * relative);
    }
}

TEST_CASE_TEMPLATE("one row, one column, one element",
                   L,
                   in_groups<uniform_asymmetric<8>>,
                   in_rows<uniform_asymmetric<8>>,
                   layout<uniform_asymmetric<8>, tensor>,
                   layout<uniform_asymmetric<8>, group<3>, f16_scale, bit_planes<8>, single_rows>) {
    constexpr index_t shapes[][2] = {{1, 1},  {1, 2},  {1, 33},  {1, 172}, {2, 1},
                                     {16, 1}, {17, 1}, {100, 1}, {15, 2},  {33, 3}};
    for (const auto& [rows, cols] : shapes) {
        const test::weights w = test::bell_shaped(rows, cols, rows);
        const auto packed = quantize(w, recipe<L>{});
        REQUIRE(packed);
        CHECK(packed->size_in_bits() == 8 * packed->bytes().size());
        const test::weights back = test::decoded(packed.value());
        for (index_t i = 0; i < w.values.size(); ++i) {
            // A step is at most 1/255 of the spread, about 0.2; log8 makes it 2 % coarser.
            REQUIRE(magnitude(back.values[i] - w.values[i]) <= 0.002f);
        }
    }
}

TEST_CASE("denormal weights beside ordinary ones, and alone") {
    test::weights mixed = test::bell_shaped(2, 32);
    mixed(0, 0) = 1e-42f;
    mixed(1, 5) = -1e-45f;
    CHECK(round_trip<in_groups<uniform_symmetric<4>>>(mixed)(0, 0) == 0.0f);
    test::weights tiny{2, 32};
    tiny.values.assign(64, 1e-39f);
    const auto kept = round_trip<layout<uniform_symmetric<4>, group<32>, f32_scale>>(tiny);
    for (const float x : kept.values) {
        CHECK(magnitude(x - 1e-39f) <= 1e-40f);
    }
}
