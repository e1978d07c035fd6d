// SPDX-License-Identifier: MIT
// The exact allocator finds what trying all choices finds.
#include "random_items.hpp"

#include <gradus/allocation/exact_allocator.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using gradus::bit_option;
using gradus::budget_allocator;
using gradus::exact_allocator;
using namespace gradus::test;

/// Knapsack with n items of one size class: no price separates them, so nothing is settled early.
owned_items hard_items(gradus::index_t count) {
    const auto key = gradus::random_key::of(seed(), 11);
    owned_items items;
    for (gradus::index_t i = 0; i < count; ++i) {
        const auto cost = 1'000'000 + 2 * key.below(1'000'000, i);
        items.add(std::vector<bit_option>{{0, static_cast<double>(cost)}, {cost, 0.0}});
    }
    return items;
}

}  // namespace

TEST_CASE("the exact allocator equals exhaustion, ties and zero costs included") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t trial = 1000; trial < 1300; ++trial) {
        const auto items = wild_items(1 + trial % 8, 4, trial);
        for (std::uint64_t budget = 0; budget < 64; budget += 5) {
            const auto best = least_distortion(items.view(), budget);
            const auto found = exact_allocator{}.allocate(items.view(), budget);
            REQUIRE(found.has_value() == best.has_value());
            if (!best) { continue; }
            CHECK(adds_up(items.view(), found.value()));
            CHECK(found.value().cost <= budget);
            CHECK(found.value().gap() == 0.0);
            CHECK(found.value().distortion == doctest::Approx(*best).epsilon(1e-12));
        }
    }
}

TEST_CASE("on hundreds of columns the exact answer is no worse, and rarely better") {
    for (std::uint64_t trial = 0; trial < 4; ++trial) {
        const auto items = sensitive_items(spread_sensitivities(300, trial), {2, 3, 4, 6, 8}, 7);
        for (std::uint64_t budget = 7 * 650; budget < 7 * 2400; budget += 997) {
            const auto exact = exact_allocator{}.allocate(items.view(), budget);
            const auto quick = budget_allocator{}.allocate(items.view(), budget);
            REQUIRE(exact.has_value());
            CHECK(exact.value().distortion <= quick.value().distortion);
            CHECK(exact.value().distortion >= quick.value().bound * (1 - 1e-12));
            CHECK(quick.value().distortion <= exact.value().distortion + quick.value().gap());
        }
    }
}

TEST_CASE("a subset sum is found where one exists") {
    // Distortion equals the bits not spent, so that the optimum is the best fill of the budget.
    const auto items = hard_items(14);
    std::uint64_t budget = 0;
    for (gradus::index_t i = 0; i < 14; i += 2) {
        budget += items.view().of(i)[1].cost;
    }
    const auto found = exact_allocator{}.allocate(items.view(), budget).value();
    CHECK(found.cost == budget);
}

TEST_CASE("memory that does not suffice is an error that names it") {
    const auto items = hard_items(40);
    const auto found = exact_allocator{.memory = 100'000}.allocate(items.view(), 31'234'567);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == gradus::errc::unsupported);
    CHECK(found.error().message.find("100000 bytes for 40 items") != std::string::npos);
    const auto quick = budget_allocator{.core_states = 1000}.allocate(items.view(), 31'234'567);
    CHECK(quick.value().cost <= 31'234'567);
    CHECK(quick.value().gap() > 0.0);
    CHECK_FALSE(exact_allocator{.memory = 0}.allocate(items.view(), 31'234'567).has_value());
}
