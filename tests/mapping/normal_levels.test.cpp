// SPDX-License-Identifier: MIT
// The three tables of normal levels against the distribution itself.
#include "normal_oracle.hpp"

#include <gradus/mapping/normal_levels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace {

using gradus::equal_mass_levels;
using gradus::lloyd_levels;
using gradus::nf_levels;
using gradus::normal_bins;
using gradus::normal_placement;
using namespace gradus::test;

template <class Table> std::vector<double> doubles(const Table& table) {
    return {table.begin(), table.end()};
}

template <class Make> std::vector<std::vector<double>> tables(Make make) {
    return {make(std::integral_constant<int, 2>{}), make(std::integral_constant<int, 3>{}),
            make(std::integral_constant<int, 4>{}), make(std::integral_constant<int, 5>{}),
            make(std::integral_constant<int, 6>{}), make(std::integral_constant<int, 7>{}),
            make(std::integral_constant<int, 8>{})};
}

bool close_to(double value, double expected, double bound) {
    return std::fabs(value - expected) <= bound;
}

bool ascending(const std::vector<double>& levels) {
    return std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>{}) == levels.end();
}

}  // namespace

TEST_CASE("levels of least error are symmetric and ascend") {
    for (const auto& levels : tables([](auto b) { return doubles(lloyd_levels<b()>()); })) {
        CHECK(ascending(levels));
        for (std::size_t c = 0; c < levels.size(); ++c) {
            REQUIRE(levels[c] == -levels[levels.size() - 1 - c]);
        }
    }
    const auto one = doubles(lloyd_levels<1>());
    CHECK(close_to(one[1], std::sqrt(2 / 3.14159265358979), 1e-7));
    const auto two = doubles(lloyd_levels<2>());
    CHECK(close_to(two[2], 0.4528, 5e-5));
    CHECK(close_to(two[3], 1.5104, 5e-5));
}

TEST_CASE("equal-mass levels are medians of bins of equal probability") {
    for (const auto& levels : tables([](auto b) { return doubles(equal_mass_levels<b()>()); })) {
        const auto count = static_cast<double>(levels.size());
        CHECK(ascending(levels));
        for (std::size_t c = 0; c < levels.size(); ++c) {
            const double expected =
                normal_quantile_by_bisection((static_cast<double>(c) + 0.5) / count);
            REQUIRE(close_to(levels[c], expected, 2e-7));
        }
    }
    CHECK(close_to(static_cast<double>(equal_mass_levels<1>()[1]), 0.6744898, 1e-7));
}

TEST_CASE("bins of equal probability end at multiples of 2^-B") {
    for (const auto& ends : tables([](auto b) { return doubles(normal_bins<b()>); })) {
        const auto count = static_cast<double>(ends.size());
        for (std::size_t c = 0; c + 1 < ends.size(); ++c) {
            const double expected =
                normal_quantile_by_bisection((static_cast<double>(c) + 1) / count);
            REQUIRE(close_to(ends[c], expected, 2e-7));
        }
    }
    CHECK(normal_bins<1>[0] == 0.0f);
}

TEST_CASE("four bits are the published NF4 table") {
    constexpr std::array published{-1.0,    -0.6962, -0.5251, -0.3949, -0.2844, -0.1848,
                                   -0.0911, 0.0,     0.0796,  0.1609,  0.2461,  0.3379,
                                   0.4407,  0.5626,  0.7230,  1.0};
    const auto levels = doubles(nf_levels<4>());
    for (std::size_t c = 0; c < published.size(); ++c) {
        CHECK(close_to(levels[c], published[c], 1e-4));
    }
}

TEST_CASE("nf levels: exact ends and zero, quantiles at equal steps of probability") {
    for (const auto& levels : tables([](auto b) { return doubles(nf_levels<b()>()); })) {
        const std::size_t half = levels.size() / 2;
        CHECK(ascending(levels));
        CHECK(levels.front() == -1.0);
        CHECK(levels[half - 1] == 0.0);
        CHECK(levels.back() == 1.0);
        const auto count = static_cast<double>(levels.size());
        const double offset = 1 - 0.5 * (0.5 / count + 0.5 / (count - 1));
        const double outermost = normal_quantile_by_bisection(offset);
        const auto probability = [&](std::size_t c) {
            return normal_tail(-levels[c] * outermost);  // of lying below level c
        };
        for (std::size_t c = 0; c < levels.size(); ++c) {
            const double above = (offset - 0.5) / static_cast<double>(half);
            const double below = (offset - 0.5) / static_cast<double>(half - 1);
            const double steps = static_cast<double>(c) - static_cast<double>(half - 1);
            REQUIRE(close_to(probability(c), 0.5 + steps * (steps > 0 ? above : below), 1e-7));
        }
    }
    const double four_bits = 1 - 0.5 * (1.0 / 32 + 1.0 / 30);
    CHECK(close_to(four_bits, 0.9677083, 1e-7));
}

TEST_CASE("the table of a placement is that of its function") {
    CHECK(gradus::normal_levels<3, normal_placement::lloyd> == lloyd_levels<3>());
    CHECK(gradus::normal_levels<3, normal_placement::equal_mass> == equal_mass_levels<3>());
    CHECK(gradus::normal_levels<3, normal_placement::nf> == nf_levels<3>());
}
