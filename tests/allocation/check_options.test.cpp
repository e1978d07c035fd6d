// SPDX-License-Identifier: MIT
// What makes no sense is refused before any bit is given, by every allocator.
#include "random_items.hpp"

#include <gradus/allocation/exact_allocator.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::bit_option;
using gradus::check_options;
using gradus::errc;
using namespace gradus::test;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::uint64_t huge = ~std::uint64_t{0};

std::string refusal(const owned_items& items, errc expected) {
    const auto budget = gradus::budget_allocator{}.allocate(items.view(), 100);
    const auto exact = gradus::exact_allocator{}.allocate(items.view(), 100);
    if (budget || exact) { return "accepted"; }
    if (budget.error().code != expected) { return "another code: " + budget.error().message; }
    return budget.error().message == exact.error().message ? budget.error().message : "differs";
}

}  // namespace

TEST_CASE("nothing to give bits to") {
    CHECK(refusal({}, errc::invalid_argument) == "no items (bits are given to at least one)");
    CHECK_FALSE(check_options({}).has_value());
    owned_items items;
    items.add(std::vector<bit_option>{{1, 1.0}});
    items.add({});
    CHECK(refusal(items, errc::invalid_argument) == "item 1 has no options (each needs one)");
}

TEST_CASE("items that do not cover their options, or go beyond them") {
    owned_items items;
    items.add(std::vector<bit_option>{{1, 1.0}, {2, 0.5}});
    items.first = {0, 1};
    CHECK(refusal(items, errc::invalid_argument) ==
          "options are left over before or after the items");
    items.first = {0, 7, 2};
    CHECK(refusal(items, errc::invalid_argument) == "item 0 has options that do not exist");
}

TEST_CASE("distortions that are no distances are named by item") {
    for (const double bad : {not_a_number, infinity, -infinity}) {
        owned_items items;
        items.add(std::vector<bit_option>{{1, 1.0}});
        items.add(std::vector<bit_option>{{1, 1.0}, {2, bad}});
        CHECK(refusal(items, errc::nonfinite).find("item 1 has") == 0);
    }
    owned_items items;
    items.add(std::vector<bit_option>{{1, 1.0}, {2, -0.25}});
    CHECK(refusal(items, errc::invalid_argument).find("distortion -0.25") != std::string::npos);
}

TEST_CASE("sums that overflow are refused, sums that just fit are not") {
    owned_items items;
    items.add(std::vector<bit_option>{{1, 1.0}, {huge - 5, 0.5}});
    items.add(std::vector<bit_option>{{1, 1.0}, {5, 0.5}});
    CHECK(check_options(items.view()).has_value());
    const auto found = gradus::budget_allocator{}.allocate(items.view(), huge).value();
    CHECK(found.cost == huge);
    items.add(std::vector<bit_option>{{0, 1.0}, {1, 0.5}});
    CHECK(refusal(items, errc::out_of_range).find("beyond 2^64") != std::string::npos);
    owned_items large;
    large.add(std::vector<bit_option>{{1, 1.5e308}});
    large.add(std::vector<bit_option>{{1, 1.5e308}});
    CHECK(refusal(large, errc::out_of_range).find("range of double") != std::string::npos);
}

TEST_CASE("the range of useful budgets ends where nothing improves") {
    owned_items items;
    items.add(std::vector<bit_option>{{5, 1.0}, {3, 4.0}, {9, 1.0}});
    items.add(std::vector<bit_option>{{2, 0.0}, {2, 1.0}, {7, 0.0}});
    const auto range = check_options(items.view()).value();
    CHECK(range.least == 5);
    CHECK(range.most == 7);
}

TEST_CASE("options without cost are taken first") {
    owned_items items;
    items.add(std::vector<bit_option>{{0, 3.0}, {0, 1.0}, {4, 0.5}});
    items.add(std::vector<bit_option>{{0, 2.0}});
    const auto found = gradus::budget_allocator{}.allocate(items.view(), 0).value();
    CHECK(found.choice == std::vector<std::uint32_t>{1, 0});
    CHECK(found.cost == 0);
    CHECK(found.distortion == 3.0);
}
