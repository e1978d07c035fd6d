// SPDX-License-Identifier: MIT
// The float kernels below the model: exponential, dot product, softmax.
#include "random_matrix.hpp"

#include <gradus/kernels/f32_dot.hpp>
#include <gradus/kernels/f32_exp.hpp>
#include <gradus/kernels/f32_softmax.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using gradus::index_t;
using gradus::simd::f32x16;
using gradus::test::noise;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

float exponential(float x) {
    float lanes[16];
    gradus::simd::exponential(f32x16{x}).store(lanes);
    return lanes[7];
}

}  // namespace

TEST_CASE("the exponential errs by less than 2 ulp") {
    double worst = 0.0;
    for (int i = -86999; i <= 87999; ++i) {
        const float x = static_cast<float>(i) * 1e-3f;
        const double expected = std::exp(static_cast<double>(x));
        worst = std::max(worst, std::abs(static_cast<double>(exponential(x)) / expected - 1.0));
    }
    CHECK(worst < 2.4e-7);
    CHECK(exponential(0.0f) == 1.0f);
    CHECK(exponential(-0.0f) == 1.0f);
    CHECK(exponential(-infinity) == 0.0f);
    CHECK(exponential(-1e30f) == 0.0f);
    CHECK(exponential(infinity) == exponential(88.0f));
    CHECK(std::isnan(exponential(std::numeric_limits<float>::quiet_NaN())));
    CHECK(exponential(1e-42f) == 1.0f);
}

TEST_CASE("dot products and scaled sums of every length") {
    for (index_t n = 0; n <= 200; ++n) {
        const auto a = noise(n, 1);
        const auto b = noise(n, 2);
        double expected = 0.0;
        for (index_t i = 0; i < n; ++i) {
            expected += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        }
        CHECK(static_cast<double>(gradus::dot(a, b)) == doctest::Approx(expected).epsilon(1e-5));
        auto y = b;
        gradus::add_scaled(0.5f, a, y);
        auto z = b;
        gradus::zip_lanes(a, z, [](const f32x16& u, const f32x16& v) { return u * v; });
        for (index_t i = 0; i < n; ++i) {
            CHECK(std::abs(y[i] - (0.5f * a[i] + b[i])) <= 1e-6f * (1.0f + std::abs(y[i])));
            CHECK(z[i] == a[i] * b[i]);
        }
    }
}

TEST_CASE("softmax sums to one and its logarithm shifts with the logits") {
    for (const index_t n : {1u, 2u, 15u, 16u, 17u, 256u, 3000u}) {
        auto x = noise(n, 3, 10.0f);
        std::vector<float> scratch(n);
        double exact = 0.0;
        for (const float v : x) {
            exact += std::exp(static_cast<double>(v));
        }
        CHECK(std::abs(gradus::log_sum_exp(x, scratch) - std::log(exact)) < 3e-7);
        CHECK(gradus::largest(x) == *std::max_element(x.begin(), x.end()));
        auto shifted = x;
        for (float& v : shifted) {
            v += 64.0f;
        }
        gradus::log_softmax(x, scratch);
        gradus::log_softmax(shifted, scratch);
        double total = 0.0;
        for (index_t i = 0; i < n; ++i) {
            CHECK(std::abs(x[i] - shifted[i]) < 2e-5f);  // 64 + v has been rounded
            total += std::exp(static_cast<double>(x[i]));
        }
        CHECK(std::abs(total - 1.0) < 1e-6);
    }
}
