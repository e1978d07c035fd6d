// SPDX-License-Identifier: MIT
// The front of all budgets at once.
#include "random_items.hpp"

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/pareto_front.hpp>

#include <doctest/doctest.h>

using gradus::bit_option;
using gradus::budget_allocator;
using gradus::index_t;
using gradus::pareto_front;
using namespace gradus::test;

TEST_CASE("at every corner nothing is better, and the allocator gets there without a gap") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t trial = 2000; trial < 2150; ++trial) {
        const auto items = wild_items(1 + trial % 6, 5, trial);
        const auto front = pareto_front(items.view()).value();
        for (const auto& corner : front) {
            const auto best = least_distortion(items.view(), corner.cost);
            REQUIRE(best.has_value());
            CHECK(corner.distortion == doctest::Approx(*best).epsilon(1e-12));
            const auto found = budget_allocator{}.allocate(items.view(), corner.cost).value();
            CHECK(found.distortion == doctest::Approx(*best).epsilon(1e-12));
            CHECK(found.gap() == 0.0);
        }
    }
}

TEST_CASE("the front is convex: more bits, less distortion, at falling prices") {
    const auto items = sensitive_items(spread_sensitivities(500, 1));
    const auto front = pareto_front(items.view()).value();
    CHECK(front.size() == 500 * 7 + 1);
    CHECK(front.front().cost == 500);
    CHECK(front.front().price == 0.0);
    CHECK(front.back().cost == 4000);
    for (index_t n = 1; n < front.size(); ++n) {
        const auto& here = front[n];
        const auto& before = front[n - 1];
        CHECK(here.cost > before.cost);
        CHECK(here.distortion < before.distortion);
        CHECK((n == 1 || here.price <= before.price));
        const double slope =
            (before.distortion - here.distortion) / static_cast<double>(here.cost - before.cost);
        CHECK(slope == doctest::Approx(here.price).epsilon(1e-6));
    }
}

TEST_CASE("spacing leaves out corners, never the ends") {
    const auto items = sensitive_items(spread_sensitivities(500, 1));
    const auto all = pareto_front(items.view()).value();
    const auto few = pareto_front(items.view(), 700).value();
    CHECK(few.size() <= 3500 / 700 + 2);
    CHECK(few.front().cost == all.front().cost);
    CHECK(few.back().cost == all.back().cost);
    CHECK(few.back().distortion == all.back().distortion);
}

TEST_CASE("one option an item is a front of one point, and nonsense is refused") {
    owned_items items;
    items.add(std::vector<bit_option>{{4, 1.5}});
    items.add(std::vector<bit_option>{{3, 0.5}});
    const auto front = pareto_front(items.view()).value();
    REQUIRE(front.size() == 1);
    CHECK(front[0].cost == 7);
    CHECK(front[0].distortion == 2.0);
    CHECK_FALSE(pareto_front({}).has_value());
}
