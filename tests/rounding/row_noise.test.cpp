// SPDX-License-Identifier: MIT
// Uniform numbers along a row: range, distribution, independence, lanes.
#include "rounding_rows.hpp"

#include <gradus/rounding/row_noise.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::index_t;
using gradus::row_noise;
using gradus::simd::f32x16;
using namespace gradus::test;

std::vector<float> draws(row_noise noise, index_t n) {
    std::vector<float> numbers;
    for (index_t i = 0; i < n; ++i) {
        numbers.push_back(noise.next<float>());
    }
    return numbers;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        sum += (static_cast<double>(a[i]) - 0.5) * (static_cast<double>(b[i]) - 0.5) * 12;
    }
    return sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("numbers are multiples of 2^-24 in [0, 1), evenly spread") {
    INFO("GRADUS_SEED=", seed());
    constexpr index_t n = 64'000;
    std::array<double, 16> count{};
    for (const float u : draws(row_noise::of(seed(), 1, 2), n)) {
        REQUIRE(u >= 0.0f);
        REQUIRE(u < 1.0f);
        REQUIRE(std::floor(u * 0x1p24f) == u * 0x1p24f);
        count[static_cast<std::size_t>(u * 16)] += 1;
    }
    double chi2 = 0.0;
    for (const double c : count) {
        chi2 += (c - n / 16.0) * (c - n / 16.0) / (n / 16.0);
    }
    CHECK(chi2 < 60);  // 15 degrees of freedom: probability below 1e-6
}

TEST_CASE("sixteen lanes draw the next sixteen numbers") {
    for (index_t row = 0; row < 50; ++row) {
        const auto expected = draws(row_noise::of(seed(), 3, row), 100);
        row_noise noise = row_noise::of(seed(), 3, row);
        index_t i = 0;
        const auto single = [&] { REQUIRE(noise.next<float>() == expected[i++]); };
        const auto batch = [&] {
            std::array<float, 16> lanes{};
            noise.next<f32x16>().store(lanes.data());
            for (const float u : lanes) {
                REQUIRE(u == expected[i++]);
            }
        };
        batch();
        for (index_t j = 0; j < row % 5; ++j) {
            single();
        }
        batch();
        batch();
        single();
        batch();
    }
}

TEST_CASE("a draw depends on seed, tensor, row and column alone, and on each of them") {
    const auto first = draws(row_noise::of(1, 2, 3), 64);
    CHECK(draws(row_noise::of(1, 2, 3), 64) == first);
    CHECK(draws(row_noise::of(1, 2, 3), 200)[63] == first[63]);
    CHECK(draws(row_noise::of(2, 2, 3), 64) != first);
    CHECK(draws(row_noise::of(1, 3, 3), 64) != first);
    CHECK(draws(row_noise::of(1, 2, 4), 64) != first);
    CHECK(draws(row_noise::of(1, 3, 2), 64) != first);
}

TEST_CASE("neighbouring columns and rows are uncorrelated") {
    INFO("GRADUS_SEED=", seed());
    constexpr index_t n = 20'000;
    const double bound = 5 / std::sqrt(static_cast<double>(n));
    const auto row = draws(row_noise::of(seed(), 5, 0), n + 64);
    const std::vector<float> here(row.begin(), row.begin() + n);
    for (const std::ptrdiff_t apart : {1, 2, 16, 32, 64}) {
        const std::vector<float> there(row.begin() + apart, row.begin() + apart + n);
        CHECK(std::fabs(correlation(here, there)) < bound);
    }
    for (index_t other = 1; other < 6; ++other) {
        CHECK(std::fabs(correlation(here, draws(row_noise::of(seed(), 5, other), n))) < bound);
        CHECK(std::fabs(correlation(here, draws(row_noise::of(seed(), 5 + other, 0), n))) < bound);
    }
}

TEST_CASE("the first numbers of many rows are as evenly spread as those of one") {
    INFO("GRADUS_SEED=", seed());
    std::array<double, 16> count{};
    constexpr index_t rows = 16'000;
    for (index_t row = 0; row < rows; ++row) {
        count[static_cast<std::size_t>(draws(row_noise::of(seed(), 0, row), 1)[0] * 16)] += 1;
    }
    double chi2 = 0.0;
    for (const double c : count) {
        chi2 += (c - rows / 16.0) * (c - rows / 16.0) / (rows / 16.0);
    }
    CHECK(chi2 < 60);
}
