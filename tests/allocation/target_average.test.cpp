// SPDX-License-Identifier: MIT
// Targets in bits per weight: met, never exceeded, or refused with what is feasible.
#include "random_items.hpp"

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/from_scores.hpp>
#include <gradus/allocation/quantile.hpp>
#include <gradus/allocation/target_average.hpp>
#include <gradus/allocation/threshold.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::allocate_average;
using gradus::budget_allocator;
using gradus::errc;
using gradus::target_average;
using namespace gradus::test;

constexpr std::uint64_t block = 4096;
constexpr std::uint64_t blocks = 300;

owned_items some_items() {
    return sensitive_items(spread_sensitivities(blocks, 1), {2, 3, 4, 5, 6, 7, 8}, block);
}

std::string refusal(const owned_items& items, target_average target) {
    const auto found = allocate_average(budget_allocator{}, items.view(), target);
    return found ? "accepted" : found.error().message;
}

}  // namespace

TEST_CASE("every feasible target on a grid of 0.05 is met within 0.005 and never exceeded") {
    const auto items = some_items();
    for (int twentieth = 40; twentieth <= 160; ++twentieth) {
        const target_average target{twentieth / 20.0, blocks * block};
        const auto found = allocate_average(budget_allocator{}, items.view(), target);
        REQUIRE(found.has_value());
        const double average = gradus::average_bits(found.value().cost, target.weights);
        CHECK(average <= target.bits_per_weight);
        CHECK(average >= target.bits_per_weight - 0.005);
    }
}

TEST_CASE("a budget is the largest whose average does not exceed the target") {
    const auto key = gradus::random_key::of(seed(), 3);
    for (std::uint64_t n = 0; n < 2000; ++n) {
        const target_average target{8.0 * key.uniform(2 * n), 1 + key.below(1 << 30, 2 * n + 1)};
        const std::uint64_t budget = gradus::budget_of(target);
        CHECK(gradus::average_bits(budget, target.weights) <= target.bits_per_weight);
        CHECK(gradus::average_bits(budget + 1, target.weights) > target.bits_per_weight);
    }
    CHECK(gradus::budget_of({3.05, 100}) == 305);
    CHECK(gradus::budget_of({2.0, ~std::uint64_t{0}}) == ~std::uint64_t{0});
}

TEST_CASE("targets that no choice reaches are refused with the range") {
    const auto items = some_items();
    CHECK(refusal(items, {1.999, blocks * block}) ==
          "a target of 1.999 bits per weight is out of reach (feasible: 2 to 8)");
    CHECK(refusal(items, {8.01, blocks * block}) ==
          "a target of 8.01 bits per weight is out of reach (feasible: 2 to 8)");
    CHECK(refusal(items, {2.0, blocks * block}) == "accepted");
    CHECK(refusal(items, {8.0, blocks * block}) == "accepted");
    for (const double absurd : {std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::infinity(), -1.0}) {
        CHECK(refusal(items, {absurd, blocks * block}) != "accepted");
    }
    CHECK(refusal(items, {4.0, 0}) != "accepted");
}

TEST_CASE("items that are too coarse for the tolerance are an error, not a silent miss") {
    const auto items = sensitive_items({1.0, 5.0}, {2, 4, 8}, 100);
    CHECK(refusal(items, {3.5, 200}).find("off target") != std::string::npos);
    CHECK(refusal(items, {3.5, 200, 0.5}) == "accepted");
}

TEST_CASE("a rule without a budget is refused where it misses, the corrected quantiles are not") {
    const auto scores = spread_sensitivities(blocks, 1);
    const auto three = sensitive_items(scores, {2, 4, 8}, block);
    const target_average target{3.0, blocks * block};
    const auto missed =
        allocate_average(gradus::from_scores<gradus::threshold>{{}, scores}, three.view(), target);
    REQUIRE_FALSE(missed.has_value());
    CHECK(missed.error().code == errc::out_of_range);
    const auto items = some_items();
    for (double bits = 2.05; bits < 8.0; bits += 0.05) {
        const target_average wanted{bits, blocks * block, 0.004};
        const gradus::from_scores<gradus::quantile> rule{{}, scores};
        CHECK(allocate_average(rule, items.view(), wanted).has_value());
    }
}
