// SPDX-License-Identifier: MIT
// Suspicious allocations are found, and good ones are not.
#include "random_items.hpp"

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/depth_first.hpp>
#include <gradus/allocation/from_scores.hpp>
#include <gradus/allocation/guard_rails.hpp>

#include <doctest/doctest.h>

using gradus::find_degenerate;
using gradus::find_heavy_metadata;
using namespace gradus::test;

TEST_CASE("two widths alone are degenerate, as depth first makes them") {
    const auto h = spread_sensitivities(100, 1);
    const auto items = sensitive_items(h, {2, 3, 4, 6, 8});
    const gradus::from_scores<gradus::depth_first> legacy{{}, h};
    const auto bad = legacy.allocate(items.view(), 2 * 100 + 6 * 33).value();
    const auto found = find_degenerate(items.view(), bad, h);
    REQUIRE(found.has_value());
    CHECK(found->id == "degenerate");
    const auto good = gradus::budget_allocator{}.allocate(items.view(), 400).value();
    CHECK_FALSE(find_degenerate(items.view(), good, h).has_value());
}

TEST_CASE("equal widths are degenerate where sensitivities differ and the budget leaves a choice") {
    const auto items = sensitive_items({1.0, 2.0, 9.0}, {2, 4, 8});
    gradus::bit_allocation equal;
    equal.choice = {1, 1, 1};
    CHECK(find_degenerate(items.view(), equal, std::vector{1.0, 2.0, 9.0}).has_value());
    CHECK_FALSE(find_degenerate(items.view(), equal, std::vector{1.0, 2.0, 3.0}).has_value());
    CHECK_FALSE(find_degenerate(items.view(), equal, {}).has_value());
    equal.choice = {0, 0, 0};
    CHECK_FALSE(find_degenerate(items.view(), equal, std::vector{1.0, 2.0, 9.0}).has_value());
    equal.choice = {2, 2, 2};
    equal.binding = false;
    CHECK_FALSE(find_degenerate(items.view(), equal, std::vector{1.0, 2.0, 9.0}).has_value());
}

TEST_CASE("two options alone are no reason to complain") {
    const auto items = sensitive_items({1.0, 2.0, 9.0}, {2, 8});
    const auto found = gradus::budget_allocator{}.allocate(items.view(), 18).value();
    CHECK_FALSE(find_degenerate(items.view(), found, {}).has_value());
}

TEST_CASE("metadata of more than a quarter of the codes is reported") {
    CHECK_FALSE(find_heavy_metadata(100, 400).has_value());
    const auto found = find_heavy_metadata(101, 400);
    REQUIRE(found.has_value());
    CHECK(found->id == "metadata-dominates");
    CHECK(find_heavy_metadata(1, 0).has_value());
}
