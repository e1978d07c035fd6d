// SPDX-License-Identifier: MIT
// The two least and greatest of many values, and percentiles from them, against sorting.
#include <gradus/core/random.hpp>
#include <gradus/kernels/outermost.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <seed.hpp>
#include <vector>

namespace {

using namespace gradus;

/// Values around zero, many of them equal.
std::vector<float> drawn(index_t count, index_t round) {
    const auto key = random_key::of(test::seed());
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        values[i] = static_cast<float>(static_cast<int>(key.uniform(97 * round + i) * 64.0) - 32);
    }
    return values;
}

}  // namespace

TEST_CASE("the outermost two on both sides are those of the sorted values") {
    INFO("GRADUS_SEED=", test::seed());
    for (index_t count = 2; count <= 70; ++count) {
        std::vector<float> values = drawn(count, count);
        const outermost ends{values};
        std::sort(values.begin(), values.end());
        CHECK(ends.low.first == values[0]);
        CHECK(ends.low.second == values[1]);
        CHECK(ends.high.first == -values[count - 1]);
        CHECK(ends.high.second == -values[count - 2]);
    }
}

TEST_CASE("percentiles from the outermost values are those of the definition") {
    INFO("GRADUS_SEED=", test::seed());
    index_t found = 0;
    for (const float percent : {100.0f, 99.9f, 99.0f, 80.0f, 1.0f}) {
        const percentile range{percent};
        for (const index_t count : std::initializer_list<index_t>{0, 1, 2, 3, 31, 64, 100, 2500}) {
            const std::vector<float> values = drawn(count, count);
            const auto outer = outer_quantiles(range, values);
            if (!outer) { continue; }
            ++found;
            const interval whole = range(values, {}, uniform_symmetric<4>{});
            CHECK(outer->lo == whole.lo);
            CHECK(outer->hi == whole.hi);
        }
    }
    CHECK(found >= 15);
}
