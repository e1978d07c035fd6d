// SPDX-License-Identifier: MIT
// Dependence by histograms is correlation's where channels are Gaussian, and sees more elsewhere.
#include "seed.hpp"

#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/histogram_dependence.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <numbers>

namespace {

using namespace gradus;

/// Columns: x, .8 x + .6 y, y, x^2, a constant, exp(3 x).
std::vector<float> some_tokens(index_t tokens) {
    const auto key = random_key::of(gradus::test::seed(), 0x64657065u);
    std::vector<float> values;
    for (index_t t = 0; t < tokens; ++t) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - key.uniform(2 * t)));
        const double angle = 2.0 * std::numbers::pi * key.uniform(2 * t + 1);
        const double x = radius * std::cos(angle);
        const double y = radius * std::sin(angle);
        for (const double v : {x, 0.8 * x + 0.6 * y, y, x * x, 2.0, std::exp(3.0 * x)}) {
            values.push_back(static_cast<float>(v));
        }
    }
    return values;
}

TEST_CASE("bins hold equally many; ties go together; monotone maps change nothing") {
    const std::vector<float> x{5, 1, 3, 2, 4, 8, 7, 6};
    CHECK(rank_bins(x, 4) == std::vector<std::uint8_t>{2, 0, 1, 0, 1, 3, 3, 2});
    std::vector<float> wild(x);
    for (float& v : wild) {
        v = std::exp(4.0f * v);
    }
    CHECK(rank_bins(wild, 4) == rank_bins(x, 4));
    const std::vector<float> constant(8, -1.0f);
    const auto one = rank_bins(constant, 4);
    CHECK(std::count(one.begin(), one.end(), one[0]) == 8);
}

TEST_CASE("nats and correlations of Gaussian pairs are each other's inverse") {
    for (const double rho : {0.0, 0.1, 0.5, 0.9, 0.999}) {
        CHECK(informational_correlation(gaussian_information(rho)) == doctest::Approx(rho));
    }
    CHECK(informational_correlation(-0.1) == 0.0);
}

TEST_CASE(
    "Gaussian channels show |rho|, independent ones next to nothing, squares what they know") {
    const index_t tokens = 4096;
    const std::vector<float> values = some_tokens(tokens);
    const auto found = histogram_dependence({values.data(), tokens, 6});
    REQUIRE(found);
    const square_matrix& r = *found;
    CHECK(r(0, 1) == doctest::Approx(0.8).epsilon(0.05));
    CHECK(r(1, 2) == doctest::Approx(0.6).epsilon(0.1));
    CHECK(r(0, 2) < 0.15);
    CHECK(r(0, 3) > 0.9);  // correlation sees nothing there
    CHECK(r(0, 4) == 0.0);
    CHECK(r(0, 5) > 0.95);
    for (index_t i = 0; i < 6; ++i) {
        CHECK(r(i, i) == 1.0);
        for (index_t j = 0; j < 6; ++j) {
            CHECK(r(i, j) == r(j, i));
            CHECK(r(i, j) >= 0.0);
            CHECK(r(i, j) <= 1.0);
        }
    }
}

TEST_CASE("too many channels, too few tokens and NaN are refused") {
    std::vector<float> values(256 * (most_histogram_channels + 1));
    const auto wide = histogram_dependence({values.data(), 256, most_histogram_channels + 1});
    REQUIRE(!wide);
    CHECK(wide.error().message.find("at most 4096") != std::string::npos);
    const auto few = histogram_dependence({values.data(), 255, 4});
    REQUIRE(!few);
    CHECK(few.error().message.find("at least 256") != std::string::npos);
    values[17] = std::numeric_limits<float>::quiet_NaN();
    CHECK(histogram_dependence({values.data(), 256, 4}).error().code == errc::nonfinite);
}

}  // namespace
