// SPDX-License-Identifier: MIT
// A range chosen at run time is the one that was chosen.
#include "values.hpp"

#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/any_range.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::any_range;
using gradus::interval;
using namespace gradus::test;

static_assert(gradus::range_estimator<any_range, gradus::uniform_symmetric<4>>);

template <class Range> int faults(const Range& range) {
    const any_range any{range};
    int count = 0;
    const auto differ = [](interval a, interval b) { return a.lo != b.lo || a.hi != b.hi; };
    for (const gradus::index_t n : {0u, 1u, 33u, 500u}) {
        const auto values = normal_sample(n, n);
        const auto weights = uniform_sample(n, 0, 2, n);
        const gradus::uniform_symmetric<3> symmetric;
        const gradus::uniform_asymmetric<3> asymmetric;
        count += differ(any(values, weights, symmetric), range(values, weights, symmetric));
        count += differ(any(values, {}, symmetric), range(values, {}, symmetric));
        count += differ(any(values, weights, asymmetric), range(values, weights, asymmetric));
    }
    return count;
}

}  // namespace

TEST_CASE("each choice gives its own interval") {
    CHECK(faults(gradus::minmax{}) == 0);
    CHECK(faults(gradus::percentile{95.0f}) == 0);
    CHECK(faults(gradus::mse_search{1.5f, 8, 4}) == 0);
    CHECK(faults(gradus::kl_divergence{}) == 0);
}

TEST_CASE("the default is min-max; knobs are checked through the choice") {
    const auto values = normal_sample(50, 1);
    const interval found = any_range{}(values, {}, gradus::uniform_symmetric<3>{});
    CHECK(found.hi == gradus::minmax::of(values).hi);
    CHECK(any_range{}.valid());
    CHECK(any_range{gradus::percentile{99.0f}}.valid());
    CHECK_FALSE(any_range{gradus::percentile{0.0f}}.valid());
    CHECK_FALSE(any_range{gradus::mse_search{2.4f}}.valid());
    CHECK(any_range{gradus::kl_divergence{}}.valid());
}
