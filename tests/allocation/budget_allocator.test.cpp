// SPDX-License-Identifier: MIT
// Bits within a budget, against trying all choices.
#include "random_items.hpp"

#include <gradus/allocation/budget_allocator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace {

using gradus::bit_allocation;
using gradus::bit_option;
using gradus::budget_allocator;
using gradus::index_t;
using namespace gradus::test;

const std::vector<int> research_widths{2, 3, 4, 6, 8};

std::vector<int> widths_of(const bit_allocation& found, const std::vector<int>& widths) {
    std::vector<int> bits;
    for (const std::uint32_t k : found.choice) {
        bits.push_back(widths[k]);
    }
    return bits;
}

bit_allocation allocate(const owned_items& items, std::uint64_t budget) {
    return budget_allocator{}.allocate(items.view(), budget).value();
}

}  // namespace

TEST_CASE("sensitivities 1, 2, ..., 128 get the bits of the exhaustive optimum") {
    const auto items = sensitive_items({1, 2, 4, 8, 16, 32, 64, 128}, research_widths);
    const auto three = allocate(items, 24);
    CHECK(widths_of(three, research_widths) == std::vector{2, 2, 2, 3, 3, 4, 4, 4});
    CHECK(three.distortion == 1.6875);
    const auto four = allocate(items, 32);
    CHECK(widths_of(four, research_widths) == std::vector{2, 3, 3, 4, 4, 4, 6, 6});
    CHECK(four.distortion == 0.421875);
    const auto five = allocate(items, 40);
    CHECK(widths_of(five, research_widths) == std::vector{4, 4, 4, 4, 6, 6, 6, 6});
    CHECK(five.distortion == 0.1171875);
    for (const auto* found : {&three, &four, &five}) {
        CHECK(found->gap() == 0.0);
        CHECK(found->binding);
    }
}

TEST_CASE("no choice is better by more than the reported gap, and none better where that is 0") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t trial = 0; trial < 300; ++trial) {
        const auto items = wild_items(1 + trial % 7, 5, trial);
        for (std::uint64_t budget = 0; budget < 60; budget += 3) {
            const auto best = least_distortion(items.view(), budget);
            const auto found = budget_allocator{}.allocate(items.view(), budget);
            REQUIRE(found.has_value() == best.has_value());
            if (!best) { continue; }
            CHECK(adds_up(items.view(), found.value()));
            CHECK(found.value().cost <= budget);
            CHECK(found.value().bound <= *best);
            CHECK(found.value().distortion == doctest::Approx(*best).epsilon(1e-12));
        }
    }
}

TEST_CASE("without a search the descent alone keeps its bound") {
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
        const auto items = wild_items(6, 5, trial);
        for (std::uint64_t budget = 20; budget < 50; ++budget) {
            const auto best = least_distortion(items.view(), budget);
            const auto found = budget_allocator{.core_items = 0}.allocate(items.view(), budget);
            if (!best) { continue; }
            CHECK(found.value().cost <= budget);
            CHECK(found.value().distortion >= *best);
            CHECK(found.value().bound <= *best + 1e-9);
        }
    }
}

TEST_CASE("no single item has a better option that fits into what is left") {
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
        const auto items = wild_items(50, 6, trial);
        const auto range = gradus::check_options(items.view()).value();
        for (std::uint64_t budget = range.least; budget <= range.most; budget += 7) {
            // Next to no search, so that it ends early.
            const budget_allocator hasty{.core_items = 5, .core_states = 40};
            const auto found = hasty.allocate(items.view(), budget).value();
            CHECK(adds_up(items.view(), found));
            CHECK(found.cost <= budget);
            for (index_t i = 0; i < items.view().count(); ++i) {
                const auto options = items.view().of(i);
                const auto& chosen = options[found.choice[i]];
                for (const bit_option& o : options) {
                    if (o.distortion < chosen.distortion) {
                        CHECK(found.cost - chosen.cost + o.cost > budget);
                    }
                }
            }
        }
    }
}

TEST_CASE("every target from the floor to the ceiling is met from below, within 0.005 bit") {
    for (std::uint64_t trial = 0; trial < 3; ++trial) {
        // 400 blocks of 4096 weights: one step of one block is 0.0025 bit of the average.
        const auto items =
            sensitive_items(spread_sensitivities(400, trial), {1, 2, 3, 4, 5, 6, 7, 8}, 4096);
        const double weights = 400.0 * 4096.0;
        double before = std::numeric_limits<double>::infinity();
        for (int twentieth = 20; twentieth <= 160; ++twentieth) {
            const double target = 0.05 * twentieth;
            const auto budget = static_cast<std::uint64_t>(std::floor(target * weights));
            const auto found = allocate(items, budget);
            const double average = static_cast<double>(found.cost) / weights;
            CHECK(average <= target);
            CHECK(average >= target - 0.005);
            CHECK(found.distortion <= before);
            CHECK(found.gap() >= 0.0);
            CHECK(found.gap() <= 1e-3 * found.distortion);
            before = found.distortion;
        }
    }
}

TEST_CASE("odd costs that no step divides are still fitted to the budget") {
    const auto key = gradus::random_key::of(seed(), 7);
    owned_items items;
    std::uint64_t weights = 0;
    for (index_t i = 0; i < 500; ++i) {
        const std::uint64_t size = 1000 + key.below(3000, 2 * i);
        const double h = std::pow(10.0, 3.0 * key.uniform(2 * i + 1));
        std::vector<bit_option> item;
        for (std::uint64_t b = 1; b <= 8; ++b) {
            item.push_back({size * b + 37 + 5 * b, h * std::pow(4.0, -static_cast<double>(b))});
        }
        items.add(item);
        weights += size;
    }
    const auto all = static_cast<double>(weights);
    for (double target = 1.1; target < 8.0; target += 0.05) {
        const auto found = allocate(items, static_cast<std::uint64_t>(target * all));
        const double average = static_cast<double>(found.cost) / all;
        CHECK(average <= target);
        CHECK(average >= target - 0.005);
        CHECK(found.gap() <= 1e-3 * found.distortion);
    }
}

TEST_CASE("equal sensitivities get equal bits, and those 4 apart a bit more each") {
    const auto equal = sensitive_items(std::vector<double>(10, 3.0));
    const auto found = allocate(equal, 40);
    CHECK(found.choice == std::vector<std::uint32_t>(10, 3));
    const auto planted = sensitive_items({1, 4, 16, 64, 256, 1024});
    const auto rising = allocate(planted, 6 * 4 + 3);
    for (index_t i = 0; i + 1 < rising.choice.size(); ++i) {
        CHECK(rising.choice[i + 1] == rising.choice[i] + 1);
    }
}

TEST_CASE("the unit of the distortion does not matter") {
    const auto h = spread_sensitivities(60, 5);
    auto scaled = h;
    for (double& x : scaled) {
        x *= 1024.0;
    }
    for (const std::uint64_t budget : {61u, 150u, 233u, 401u}) {
        CHECK(allocate(sensitive_items(h), budget).choice ==
              allocate(sensitive_items(scaled), budget).choice);
    }
}

TEST_CASE("a permutation of the items permutes the choice") {
    const auto h = spread_sensitivities(97, 6);
    std::vector<double> turned(h.size());
    for (index_t i = 0; i < h.size(); ++i) {
        turned[i * 31 % h.size()] = h[i];
    }
    for (const std::uint64_t budget : {100u, 222u, 391u, 700u}) {
        const auto plain = allocate(sensitive_items(h), budget);
        const auto other = allocate(sensitive_items(turned), budget);
        for (index_t i = 0; i < h.size(); ++i) {
            CHECK(other.choice[i * 31 % h.size()] == plain.choice[i]);
        }
    }
}

TEST_CASE("ten runs give one answer") {
    const auto items = wild_items(2000, 9, 3);
    const auto first = allocate(items, 6000);
    for (int run = 0; run < 10; ++run) {
        const auto again = allocate(items, 6000);
        CHECK(again.choice == first.choice);
        CHECK(again.distortion == first.distortion);
        CHECK(again.bound == first.bound);
    }
}

TEST_CASE("the choice is the same for every compiler and instruction set") {
    // Products alone, so that the items themselves are the same.
    const auto key = gradus::random_key::of(17);
    owned_items items;
    for (index_t i = 0; i < 600; ++i) {
        const std::uint64_t size = 1000 + key.below(3000, 2 * i);
        const double h = key.uniform(2 * i + 1) * key.uniform(i) * key.uniform(7 * i);
        std::vector<bit_option> item;
        for (int b = 1; b <= 8; ++b) {
            item.push_back({size * static_cast<std::uint64_t>(b) + 37, std::ldexp(h, -2 * b)});
        }
        items.add(item);
    }
    std::uint64_t hash = 0;
    for (std::uint64_t budget = 1'700'000; budget < 12'000'000; budget += 270'001) {
        for (const std::uint32_t choice : allocate(items, budget).choice) {
            hash = gradus::mix64(hash ^ choice);
        }
    }
    CHECK(hash == 6397608556068780467u);
}

TEST_CASE("a budget out of reach is refused with the range") {
    const auto items = sensitive_items({1, 2, 4}, research_widths, 100);
    const auto found = budget_allocator{}.allocate(items.view(), 599);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == gradus::errc::invalid_argument);
    CHECK(found.error().message ==
          "a budget of 599 bits is out of reach (the items take from 600 to 2400 bits)");
    CHECK(allocate(items, 600).choice == std::vector<std::uint32_t>(3, 0));
}

TEST_CASE("a budget that does not bind says so, and buys nothing that is no use") {
    auto items = sensitive_items({1, 2, 4}, research_widths, 100);
    items.add(
        std::vector<bit_option>{{200, 0.0}, {800, 0.0}});  // dead columns lose nothing at any width
    const auto found = allocate(items, ~std::uint64_t{0});
    CHECK_FALSE(found.binding);
    CHECK(found.choice == std::vector<std::uint32_t>{4, 4, 4, 0});
    CHECK(found.cost == 2600);
    CHECK(found.gap() == 0.0);
    CHECK(allocate(items, 2600).choice == found.choice);
    CHECK(allocate(items, 2599).binding);
}
