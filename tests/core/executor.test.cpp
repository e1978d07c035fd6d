// SPDX-License-Identifier: MIT
// What may run our loops, and the executor that is always there.
#include <gradus/core/executor.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

namespace {

using gradus::executor;
using gradus::index_t;
using gradus::serial;

/// A user's executor: any order will do.
struct backwards {
    template <class F> void for_each(index_t n, F&& f) {
        while (n > 0) {
            f(--n);
        }
    }
};

struct without_count {
    template <class F> void for_each(F&& f);
};

static_assert(executor<serial>);
static_assert(executor<serial&>);
static_assert(executor<backwards>);
static_assert(!executor<const backwards>);
static_assert(!executor<without_count>);
static_assert(!executor<int>);

/// Sees its executor only through the concept.
template <executor E> index_t sum_below(E e, index_t n) {
    index_t sum = 0;
    e.for_each(n, [&](index_t i) { sum += i; });
    return sum;
}

}  // namespace

TEST_CASE("serial runs every index once, in order") {
    for (index_t n = 0; n < 40; ++n) {
        std::vector<index_t> seen;
        serial{}.for_each(n, [&](index_t i) { seen.push_back(i); });
        std::vector<index_t> expected(n);
        std::iota(expected.begin(), expected.end(), index_t{0});
        REQUIRE(seen == expected);
    }
}

TEST_CASE("an executor of the user's own serves as well") {
    CHECK(sum_below(serial{}, 100) == 4950);
    CHECK(sum_below(backwards{}, 100) == 4950);
}
