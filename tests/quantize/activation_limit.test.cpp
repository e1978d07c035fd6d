// SPDX-License-Identifier: MIT
// Limits of static scales, from calibration data.
#include "../model/random_matrix.hpp"

#include <gradus/quantize/activation_limit.hpp>
#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/range/percentile.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace gradus;
using gradus::test::matrix;

/// Sums of twelve uniform numbers, nearly normal with deviation 1, and one value of `outlier`.
std::vector<float> normal_with(float outlier) {
    const std::vector<float> uniform = test::noise(12 * 20000, 1, 0.5f);
    std::vector<float> values(20000);
    for (index_t i = 0; i < values.size(); ++i) {
        for (index_t k = 0; k < 12; ++k) {
            values[i] += uniform[12 * i + k];
        }
    }
    values[7] = outlier;
    return values;
}

double mean_square(const std::vector<float>& values, double limit) {
    double total = 0.0;
    for (const float v : values) {
        const double step = limit / 127.0;
        const double clamped = std::clamp(static_cast<double>(v), -limit, limit);
        const double seen = std::nearbyint(clamped / step) * step;
        total += (seen - static_cast<double>(v)) * (seen - static_cast<double>(v));
    }
    return total / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("the largest magnitude, whichever sign it has") {
    const std::vector<float> values = {1.0f, -3.0f, 2.0f};
    CHECK(activation_limit(values, minmax{}) == 3.0f);
    const std::vector<float> positive = {1.0f, 2.0f};
    CHECK(activation_limit(positive, minmax{}) == 2.0f);
}

TEST_CASE("a percentile leaves the outlier out") {
    const auto values = normal_with(60.0f);
    const float limit = activation_limit(values, percentile{99.8f});
    CHECK(static_cast<double>(limit) == doctest::Approx(3.09).epsilon(0.06));
}

TEST_CASE("least divergence keeps the bulk, and errs less than the outlier's scale there") {
    const auto values = normal_with(20.0f);
    const float limit = activation_limit(values, kl_divergence{});
    CHECK(limit < 20.0f);
    CHECK(limit > 2.0f);
    auto bulk = values;
    bulk[7] = 0.0f;
    CHECK(mean_square(bulk, static_cast<double>(limit)) < mean_square(bulk, 20.0));
}

TEST_CASE("a moving average follows the batches") {
    moving_average_limit average{0.25f};
    CHECK(average.limit() == 0.0f);
    matrix batch(2, 3);
    batch(1, 2) = -8.0f;
    average.see(batch.view());
    CHECK(average.limit() == 8.0f);
    batch(1, 2) = 16.0f;
    average.see(batch.view());
    CHECK(average.limit() == 10.0f);
    batch(1, 2) = 2.0f;
    average.see(batch.view());
    CHECK(average.limit() == 8.0f);
}
