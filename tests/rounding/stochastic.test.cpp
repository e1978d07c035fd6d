// SPDX-License-Identifier: MIT
// Rounding by chance: right on average, in every row, column and group.
#include "rounding_rows.hpp"

#include <gradus/rounding/stochastic.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::bracket;
using gradus::code_t;
using gradus::index_t;
using gradus::stochastic;
using namespace gradus::test;

static_assert(gradus::name_of<stochastic>() == "stochastic" && stochastic::memoryless);

std::vector<code_t> coins(const stochastic& r, index_t row, index_t n) {
    return one_by_one(r, row, std::vector<bracket>(n, bracket{0, 0.5f}));
}

}  // namespace

TEST_CASE("levels themselves never move") {
    for (index_t row = 0; row < 100; ++row) {
        for (const code_t c : one_by_one(stochastic{}, row, std::vector<bracket>(50, {7, 0.0f}))) {
            REQUIRE(c == 7);
        }
        for (const code_t c : one_by_one(stochastic{}, row, std::vector<bracket>(50, {7, 1.0f}))) {
            REQUIRE(c == 8);
        }
    }
}

TEST_CASE("a level stays where it is even if the draw is zero") {
    constexpr std::uint32_t key = 12345;
    const gradus::row_noise zero_first{key, gradus::mix32(key), 0};  // mix32(0) is 0
    REQUIRE(gradus::row_noise{zero_first}.next<float>() == 0.0f);
    CHECK(stochastic::state{zero_first}.choose(bracket{7, 0.0f}) == 7);
    CHECK(stochastic::state{zero_first}.choose(bracket{7, 0x1p-24f}) == 8);
}

TEST_CASE("the mean of many draws is the value, within four standard errors") {
    INFO("GRADUS_SEED=", seed());
    const stochastic r{seed(), 1};
    for (const float x : {-7.9f, -3.5f, -0.001f, 0.125f, 0.5f, 2.75f, 6.999f}) {
        constexpr index_t rows = 40;
        constexpr index_t cols = 500;
        double sum = 0.0;
        for (index_t row = 0; row < rows; ++row) {
            for (const float y : rounded_row(r, row, std::vector<float>(cols, x))) {
                REQUIRE(std::fabs(y - x) < 1.0f);
                sum += static_cast<double>(y);
            }
        }
        const double t = static_cast<double>(x) - std::floor(static_cast<double>(x));
        const double error = std::sqrt(t * (1 - t) / (rows * cols));
        CHECK(std::fabs(sum / (rows * cols) - static_cast<double>(x)) <= 4 * error);
    }
}

TEST_CASE("the squared error is t (1 - t), twice that of the nearest level on average") {
    INFO("GRADUS_SEED=", seed());
    const auto values = random_row(40'000, -8, 7, 2);
    const auto decoded = rounded_row(stochastic{seed(), 2}, 0, values);
    double squares = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        const double e = static_cast<double>(values[i]) - static_cast<double>(decoded[i]);
        squares += e * e;
    }
    CHECK(squares / static_cast<double>(values.size()) == doctest::Approx(2.0 / 12).epsilon(0.03));
}

TEST_CASE("sixteen at a time as one by one") {
    INFO("GRADUS_SEED=", seed());
    CHECK(lane_faults(stochastic{}) == 0);
    CHECK(lane_faults(stochastic{seed(), 3}) == 0);
}

TEST_CASE("seeds, tensors and rows draw different numbers, equal ones the same") {
    const auto first = coins({5, 6}, 7, 256);
    CHECK(coins({5, 6}, 7, 256) == first);
    CHECK(coins({6, 6}, 7, 256) != first);
    CHECK(coins({5, 7}, 7, 256) != first);
    CHECK(coins({5, 6}, 8, 256) != first);
}

TEST_CASE("no group of columns is favoured") {
    INFO("GRADUS_SEED=", seed());
    constexpr index_t groups = 32;
    constexpr index_t size = 32;
    constexpr index_t rows = 100;
    std::array<double, groups> by_group{};
    std::array<double, size> by_place{};
    for (index_t row = 0; row < rows; ++row) {
        const auto up = coins({seed(), 9}, row, groups * size);
        for (index_t i = 0; i < up.size(); ++i) {
            by_group[i / size] += up[i];
            by_place[i % size] += up[i];
        }
    }
    // 3200 fair coins in each bin: standard deviation 28.3.
    for (const double ups : by_group) {
        CHECK(std::fabs(ups - 1600) < 5 * 28.3);
    }
    for (const double ups : by_place) {
        CHECK(std::fabs(ups - 1600) < 5 * 28.3);
    }
}
