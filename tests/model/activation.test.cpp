// SPDX-License-Identifier: MIT
#include <gradus/model/activation/gelu.hpp>
#include <gradus/model/activation/relu.hpp>
#include <gradus/model/activation/silu.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace {

std::vector<float> grid() {
    std::vector<float> x;
    for (int i = -2000; i <= 2000; ++i) {
        x.push_back(static_cast<float>(i) * 0.01f);
    }
    return x;
}

/// The largest |f(x) - expected(x)| / (1 + |x|) over a grid.
template <class Activation, class Expected>
double worst_error(Activation activation, Expected expected) {
    const auto x = grid();
    auto y = x;
    activation(std::span{y});
    double worst = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto v = static_cast<double>(x[i]);
        worst = std::max(worst,
                         std::abs(static_cast<double>(y[i]) - expected(v)) / (1.0 + std::abs(v)));
    }
    return worst;
}

double exact_gelu(double x) {
    return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
}

double tanh_gelu(double x) {
    const double z = std::sqrt(2.0 / std::numbers::pi) * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1.0 + std::tanh(z));
}

}  // namespace

TEST_CASE("activation functions agree with their formulas") {
    CHECK(worst_error(gradus::silu{}, [](double x) { return x / (1.0 + std::exp(-x)); }) < 3e-7);
    CHECK(worst_error(gradus::gelu_exact{}, exact_gelu) < 3e-7);
    CHECK(worst_error(gradus::gelu_tanh{}, tanh_gelu) < 3e-7);
    CHECK(worst_error(gradus::relu{}, [](double x) { return std::max(x, 0.0); }) == 0.0);
    CHECK(worst_error(gradus::gelu_tanh{}, exact_gelu) < 5e-4);
}

TEST_CASE("activation functions far out") {
    const float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> x = {0.0f, 1e30f, -1e30f, -200.0f, infinity};
    auto y = x;
    gradus::silu{}(y);
    CHECK(y[0] == 0.0f);
    CHECK(y[1] == 1e30f);
    CHECK(std::abs(y[3]) < 1e-30f);
    CHECK(y[4] == infinity);
    y = x;
    gradus::gelu_exact{}(y);
    CHECK(y[1] == 1e30f);
    CHECK(y[3] == 0.0f);
    std::vector<float> nothing = {std::nanf("")};
    gradus::relu{}(nothing);
    CHECK(std::isnan(nothing[0]));
    gradus::silu{}(nothing);
    CHECK(std::isnan(nothing[0]));
}
