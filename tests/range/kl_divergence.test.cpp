// SPDX-License-Identifier: MIT
// The range of least divergence: what it clips, and what it does not.
#include "values.hpp"

#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/kl_divergence.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::interval;
using gradus::kl_divergence;
using gradus::minmax;
using gradus::uniform_asymmetric;
using gradus::uniform_symmetric;
using namespace gradus::test;

static_assert(gradus::range_estimator<kl_divergence, uniform_symmetric<4>>);
static_assert(gradus::name_of<kl_divergence>() == "kl");

bool same(interval a, interval b) {
    return a.lo == b.lo && a.hi == b.hi;
}

/// n values, evenly spaced from lo to hi.
std::vector<float> even(int n, double lo, double hi) {
    std::vector<float> values;
    for (int i = 0; i < n; ++i) {
        values.push_back(static_cast<float>(lo + (hi - lo) * (i + 0.5) / n));
    }
    return values;
}

template <gradus::mapping M> double kept(const M& map, const std::vector<float>& values) {
    return static_cast<double>(kl_divergence{}(values, {}, map).hi / minmax::of(values).hi);
}

}  // namespace

TEST_CASE("uniform values are not clipped") {
    for (const double lo : {-1.0, 0.0}) {
        const auto values = even(25'600, lo, 1.0);
        CHECK(kept(uniform_asymmetric<3>{}, values) == 1.0);
        CHECK(kept(uniform_asymmetric<4>{}, values) == 1.0);
        CHECK(kept(uniform_asymmetric<8>{}, values) == 1.0);
    }
}

TEST_CASE("far outliers are clipped, and the bulk keeps its levels") {
    INFO("GRADUS_SEED=", seed());
    auto values = normal_sample(20'000, 1);
    values.push_back(40.0f);
    values.push_back(-40.0f);
    for (const double share :
         {kept(uniform_symmetric<4>{}, values), kept(uniform_asymmetric<4>{}, values)}) {
        CHECK(share <= 0.3);
        CHECK(share * 40 >= 2.5);
    }
}

TEST_CASE("without importance outliers count nothing") {
    auto values = normal_sample(20'000, 1);
    values.push_back(40.0f);
    values.push_back(-40.0f);
    std::vector<float> weights(values.size(), 1.0f);
    const uniform_symmetric<4> map;
    CHECK(same(kl_divergence{}(values, weights, map), kl_divergence{}(values, {}, map)));
    weights[20'000] = weights[20'001] = 0.0f;
    const interval ignored = kl_divergence{}(values, weights, map);
    weights[20'000] = weights[20'001] = 20'000.0f;  // each as heavy as all the others together
    const interval heavy = kl_divergence{}(values, weights, map);
    CHECK(ignored.hi < 12.0f);
    CHECK(heavy.hi > ignored.hi);
}

TEST_CASE("an outlier on one side alone is clipped as far as the other end allows") {
    // Both ends shrink by one factor, so that clipping 40 also cuts into the bulk below zero.
    auto values = normal_sample(20'000, 1);
    values.push_back(40.0f);
    const double share = kept(uniform_asymmetric<4>{}, values);
    CHECK(share < 0.7);
    CHECK(share > 0.2);
}

TEST_CASE("the interval is a multiple of min-max in steps of 1/32, from 4 to 32") {
    for (std::uint64_t n = 1; n < 40; ++n) {
        const auto values = normal_sample(50 * n, n);
        const double k = 32 * kept(uniform_symmetric<3>{}, values);
        CHECK(std::fabs(k - std::round(k)) < 1e-4);
        CHECK(k > 3.9);
        CHECK(k < 32.1);
    }
}

TEST_CASE("scaling the values scales the interval") {
    const auto values = normal_sample(3000, 3);
    auto scaled = values;
    for (float& x : scaled) {
        x *= 8.0f;
    }
    const uniform_asymmetric<4> map;
    const interval a = kl_divergence{}(values, {}, map);
    const interval b = kl_divergence{}(scaled, {}, map);
    CHECK(same(b, {8 * a.lo, 8 * a.hi}));
}

TEST_CASE("the order of the values does not matter") {
    const auto values = normal_sample(2000, 4);
    const std::vector<float> reversed(values.rbegin(), values.rend());
    const uniform_symmetric<4> map;
    CHECK(same(kl_divergence{}(values, {}, map), kl_divergence{}(reversed, {}, map)));
}

TEST_CASE("nothing, zeros, one value, denormals, the largest") {
    const uniform_symmetric<4> map;
    CHECK(same(kl_divergence{}({}, {}, map), {0.0f, 0.0f}));
    CHECK(same(kl_divergence{}(std::vector<float>(5, 0.0f), {}, map), {0.0f, 0.0f}));
    for (const float x : {2.0f, -3.0f, 1e-45f, -1e-40f, 1e38f}) {
        const interval found = kl_divergence{}(std::vector<float>{x}, {}, map);
        CHECK(std::isfinite(found.lo));
        CHECK(std::isfinite(found.hi));
        CHECK(found.lo <= 0.0f);
        CHECK(found.hi >= 0.0f);
    }
}
