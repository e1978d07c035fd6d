// SPDX-License-Identifier: MIT
// Information from histograms, against formulas.
#include "seed.hpp"

#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/histogram_information.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <numbers>

namespace {

using gradus::histogram_entropy;
using gradus::index_t;

std::vector<float> normal(index_t count, std::uint64_t stream) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x68697374u, stream);
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - key.uniform(2 * i)));
        values[i] =
            static_cast<float>(radius * std::cos(2.0 * std::numbers::pi * key.uniform(2 * i + 1)));
    }
    return values;
}

}  // namespace

TEST_CASE("two coins by hand") {
    const std::vector<float> x{0, 0, 1, 1};
    const std::vector<float> y{0, 1, 0, 1};
    const auto apart = histogram_entropy(x, y, 2);
    CHECK(apart.x == doctest::Approx(std::log(2.0)));
    CHECK(apart.both == doctest::Approx(std::log(4.0)));
    CHECK(apart.information() == doctest::Approx(0.0));
    const auto same = histogram_entropy(x, x, 2);
    CHECK(same.information() == doctest::Approx(std::log(2.0)));
    CHECK(same.normalised() == doctest::Approx(1.0));
    const std::vector<float> constant(4, 3.0f);
    CHECK(histogram_entropy(x, constant, 2).information() == 0.0);
    CHECK(histogram_entropy(constant, constant, 2).normalised() == 0.0);
}

TEST_CASE("independent channels show the known bias, correlated ones the Gaussian value") {
    const index_t count = 200'000;
    const auto a = normal(count, 1);
    const auto b = normal(count, 2);
    CHECK(histogram_entropy(a, b, 10).information() < 81.0 / (2.0 * count) * 2.0);
    std::vector<float> mixed(count);
    for (index_t i = 0; i < count; ++i) {
        mixed[i] = 0.8f * a[i] + 0.6f * b[i];
    }
    const double found = histogram_entropy(a, mixed, 50).information();
    CHECK(found == doctest::Approx(gradus::gaussian_information(0.8)).epsilon(0.05));
}

TEST_CASE("what correlation cannot see: x and x^2") {
    const auto x = normal(50'000, 3);
    std::vector<float> square(x.size());
    for (index_t i = 0; i < x.size(); ++i) {
        square[i] = x[i] * x[i];
    }
    CHECK(histogram_entropy(x, square, 20).information() > 0.5);
}
