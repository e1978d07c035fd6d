// SPDX-License-Identifier: MIT
// The range that clips nothing.
#include "values.hpp"

#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/minmax.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::interval;
using gradus::minmax;
using gradus::uniform_symmetric;
using namespace gradus::test;

static_assert(gradus::range_estimator<minmax, uniform_symmetric<4>>);
static_assert(gradus::name_of<minmax>() == "minmax");

bool same(interval a, interval b) {
    return a.lo == b.lo && a.hi == b.hi;
}

}  // namespace

TEST_CASE("lowest and highest value, and always zero") {
    CHECK(same(minmax::of(std::vector{3.0f, -1.5f, 2.0f}), {-1.5f, 3.0f}));
    CHECK(same(minmax::of(std::vector{3.0f, 1.5f, 2.0f}), {0.0f, 3.0f}));
    CHECK(same(minmax::of(std::vector{-3.0f, -1.5f}), {-3.0f, 0.0f}));
    CHECK(same(minmax::of(std::vector{0.0f, -0.0f}), {0.0f, 0.0f}));
    CHECK(same(minmax::of(std::vector<float>{}), {0.0f, 0.0f}));
    CHECK(same(minmax::of(std::vector{1e-45f}), {0.0f, 1e-45f}));
    const float most = std::numeric_limits<float>::max();
    CHECK(same(minmax::of(std::vector{-most, most}), {-most, most}));
}

TEST_CASE("the policy ignores weights and mapping, and order does not matter") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t n = 1; n < 80; ++n) {
        auto values = uniform_sample(n, -1, 2, n);
        const std::vector<float> weights(n, 0.0f);
        const interval found = minmax{}(values, weights, uniform_symmetric<4>{});
        std::sort(values.begin(), values.end());
        CHECK(same(found, {std::min(values.front(), 0.0f), std::max(values.back(), 0.0f)}));
        CHECK(same(found, minmax::of(values)));
    }
}
