// SPDX-License-Identifier: MIT
// The loss that decides scales: by definition, and the same bits sixteen at a time.
#include "values.hpp"

#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/group_loss.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/simd/lanes.hpp>

#include <doctest/doctest.h>

#include <bit>

namespace {

using gradus::floats;
using gradus::group_loss;
using gradus::index_t;
using gradus::power_of;
using gradus::simd::f32x16;
using namespace gradus::test;

/// Sizes 0 to 70, all norms, with and without weights: how many sums differ in a bit.
template <gradus::mapping M> int bit_faults(const M& map) {
    int faults = 0;
    for (index_t n = 0; n <= 70; ++n) {
        auto values = normal_sample(n, n);
        for (index_t i = 0; i < n; i += 11) {
            values[i] = i % 2 == 0 ? 0.0f : -1e-41f;
        }
        const auto weights = uniform_sample(n, 0, 3, n);
        auto range = gradus::minmax::of(values);
        range.hi *= 0.8f;
        const auto p = map.fit(range);
        for (int half_power = 2; half_power <= 8; ++half_power) {
            for (const floats w : {floats{}, floats{weights}}) {
                const float one = group_loss<float>(map, p, values, w, half_power);
                const float all = group_loss<f32x16>(map, p, values, w, half_power);
                faults += std::bit_cast<std::uint32_t>(one) != std::bit_cast<std::uint32_t>(all);
            }
        }
    }
    return faults;
}

/// The largest relative distance from the sum in double.
template <gradus::mapping M> double distance(const M& map) {
    double worst = 0.0;
    for (const index_t n : {1u, 15u, 16u, 17u, 64u, 1000u}) {
        const auto values = normal_sample(n, n);
        const auto weights = uniform_sample(n, 0, 3, n);
        const auto p = map.fit({-1.5f, 1.5f});
        for (int half_power = 2; half_power <= 8; ++half_power) {
            const double norm = half_power / 2.0;
            const auto found =
                static_cast<double>(group_loss<float>(map, p, values, weights, half_power));
            const double exact = exact_loss(map, p, values, weights, norm);
            worst = std::max(worst, std::fabs(found - exact) / exact);
        }
    }
    return worst;
}

}  // namespace

TEST_CASE("powers are those of the C library to a few roundings") {
    for (int half_power = 2; half_power <= 8; ++half_power) {
        for (const float e : {0.0f, 0.3f, 1.0f, 1.7f, 123.0f, 1e-5f}) {
            const double exact = std::pow(static_cast<double>(e), half_power / 2.0);
            const auto found = static_cast<double>(power_of(e, half_power));
            CHECK(std::fabs(found - exact) <= 4 * 0x1p-24 * exact);
        }
    }
    CHECK(power_of(3.0f, 4) == 9.0f);
    CHECK(power_of(4.0f, 5) == 32.0f);
}

TEST_CASE("sixteen at a time gives the bits of one by one") {
    INFO("GRADUS_SEED=", seed());
    CHECK(bit_faults(gradus::uniform_symmetric<4>{}) == 0);
    CHECK(bit_faults(gradus::uniform_symmetric<3, gradus::code_range::restricted>{}) == 0);
    CHECK(bit_faults(gradus::uniform_asymmetric<3>{}) == 0);
    CHECK(bit_faults(gradus::shifted<gradus::uniform_symmetric<2>>{}) == 0);
    CHECK(bit_faults(gradus::ternary{}) == 0);
    CHECK(bit_faults(gradus::binary{}) == 0);
    CHECK(bit_faults(gradus::normal_quantile<4>{}) == 0);
    CHECK(bit_faults(gradus::normal_quantile<3, gradus::normal_placement::equal_mass>{}) == 0);
    CHECK(bit_faults(gradus::adaptive_quantile<6>{}) == 0);
}

TEST_CASE("the sum is that of the definition, up to float rounding") {
    INFO("GRADUS_SEED=", seed());
    CHECK(distance(gradus::uniform_symmetric<4>{}) < 1e-5);
    CHECK(distance(gradus::uniform_asymmetric<2>{}) < 1e-5);
    CHECK(distance(gradus::ternary{}) < 1e-5);
    CHECK(distance(gradus::adaptive_quantile<3>{}) < 1e-5);
}

TEST_CASE("five values by hand") {
    const gradus::ternary map;  // levels -1, 0, 1
    const std::vector<float> values{0.25f, -1.5f, 0.75f, 3.0f, 0.0f};
    const std::vector<float> weights{1.0f, 2.0f, 4.0f, 0.5f, 9.0f};
    // Errors 1/4, 1/2, 1/4, 2, 0.
    CHECK(group_loss<float>(map, {1.0f}, values, {}, 4) == 0.0625f + 0.25f + 0.0625f + 4.0f);
    CHECK(group_loss<float>(map, {1.0f}, values, {}, 2) == 3.0f);
    CHECK(group_loss<float>(map, {1.0f}, values, weights, 4) == 0.0625f + 0.5f + 0.25f + 2.0f);
    CHECK(group_loss<float>(map, {1.0f}, {}, {}, 4) == 0.0f);
}

TEST_CASE("term i is added to lane i mod 16, lanes then by halves") {
    // One float holds 2^24 and 2^24 + 2 but nothing between: every other order loses the ones.
    const gradus::ternary map;  // all errors are 1/2, so a term is half its weight
    const std::vector<float> values(35, 1.5f);
    const auto loss = [&](std::vector<index_t> ones) {
        std::vector<float> weights(values.size(), 0.0f);
        weights[0] = 0x1p25f;
        for (const index_t i : ones) {
            weights[i] = 2.0f;
        }
        const float one = group_loss<float>(map, {1.0f}, values, weights, 2);
        CHECK(one == group_loss<f32x16>(map, {1.0f}, values, weights, 2));
        return one - 0x1p24f;
    };
    CHECK(loss({1, 17}) == 2.0f);   // both in lane 1
    CHECK(loss({1, 33}) == 2.0f);   // the second in the rest of less than sixteen
    CHECK(loss({3, 7}) == 2.0f);    // lanes 3 and 7 meet before lane 0
    CHECK(loss({1, 9}) == 2.0f);    // lanes 1 and 9 meet first of all
    CHECK(loss({16, 32}) == 0.0f);  // lane 0 itself: each is lost
    CHECK(loss({8, 4}) == 0.0f);    // each meets lane 0 alone
}
