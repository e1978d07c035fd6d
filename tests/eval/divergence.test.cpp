// SPDX-License-Identifier: MIT
#include "../model/random_matrix.hpp"

#include <gradus/eval/divergence.hpp>
#include <gradus/kernels/f32_softmax.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using gradus::divergence;
using gradus::index_t;
using gradus::test::noise;

namespace {

std::vector<float> log_probabilities(std::vector<float> logits) {
    std::vector<float> scratch(logits.size());
    gradus::log_softmax(logits, scratch);
    return logits;
}

/// Softmax and divergence in extended precision, from logits.
double oracle(const std::vector<float>& a, const std::vector<float>& b) {
    long double total_a = 0;
    long double total_b = 0;
    for (index_t i = 0; i < a.size(); ++i) {
        total_a += std::exp(static_cast<long double>(a[i]));
        total_b += std::exp(static_cast<long double>(b[i]));
    }
    long double result = 0;
    for (index_t i = 0; i < a.size(); ++i) {
        const long double log_p = static_cast<long double>(a[i]) - std::log(total_a);
        const long double log_q = static_cast<long double>(b[i]) - std::log(total_b);
        result += std::exp(log_p) * (log_p - log_q);
    }
    return static_cast<double>(result);
}

}  // namespace

TEST_CASE("the divergence agrees with extended precision from tiny to large") {
    for (const index_t n : {1u, 2u, 16u, 17u, 256u, 2500u}) {
        for (const float distance : {1e-3f, 1e-2f, 0.1f, 1.0f, 8.0f}) {
            const auto a = noise(n, 70, 6.0f);
            auto b = a;
            const auto change = noise(n, 71, distance);
            for (index_t i = 0; i < n; ++i) {
                b[i] += change[i];
            }
            const double got = divergence(log_probabilities(a), log_probabilities(b));
            const double expected = oracle(a, b);
            CHECK(got >= 0.0);
            CHECK(std::abs(got - expected) <=
                  1e-11 + 2e-3 * std::sqrt(1e-6 * expected) + 3e-6 * expected);
        }
    }
}

TEST_CASE("equal predictions diverge by exactly nothing, shifted logits by next to nothing") {
    const auto a = noise(100, 72, 20.0f);
    const auto p = log_probabilities(a);
    CHECK(divergence(p, p) == 0.0);
    auto b = a;
    for (float& v : b) {
        v += 3.0f;
    }
    const double shifted = divergence(p, log_probabilities(b));
    CHECK(shifted >= 0.0);
    CHECK(shifted < 1e-11);
}

TEST_CASE("impossible tokens cost nothing on the left and everything on the right") {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> fair = {std::log(0.5f), std::log(0.5f)};
    const std::vector<float> sure = {0.0f, -infinity};
    CHECK(divergence(sure, sure) == 0.0);
    CHECK(divergence(sure, fair) == doctest::Approx(std::log(2.0)));
    CHECK(divergence(fair, sure) == static_cast<double>(infinity));
}

TEST_CASE("the first of equal best tokens counts") {
    CHECK(gradus::best_token(std::vector{1.0f, 3.0f, 3.0f}) == 1);
    CHECK(gradus::best_token(std::vector{1.0f}) == 0);
}
