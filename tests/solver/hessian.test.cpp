// SPDX-License-Identifier: MIT
// Sums over tokens, and the factor that a damped Hessian always gets.
#include <gradus/solver/factor.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using gradus::damping;
using gradus::damping_rule;
using gradus::errc;
using gradus::factorize;
using gradus::hessian;
using gradus::index_t;

std::vector<float> tokens_of(index_t tokens, index_t n, index_t rank) {
    std::vector<float> x(tokens * n);
    for (index_t t = 0; t < tokens; ++t) {
        for (index_t j = 0; j < n; ++j) {
            const auto a = static_cast<float>((t * 31 + (j % rank) * 17) % 29) - 14.0f;
            x[t * n + j] = a * (j % 5 == 0 ? 4.0f : 1.0f) / 8.0f;
        }
    }
    return x;
}

/// Largest error of F^T F against the damped, scaled Hessian of these tokens.
template <class T>
double factor_error(const gradus::obs_factor<T>& f,
                    const std::vector<float>& x,
                    index_t tokens,
                    double share,
                    damping_rule rule) {
    const index_t n = f.size;
    std::vector<double> h(n * n);
    double mean = 0.0;
    std::vector<double> diagonal;
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            for (index_t t = 0; t < tokens; ++t) {
                h[i * n + j] += 2.0 / static_cast<double>(tokens) *
                                static_cast<double>(x[t * n + i]) *
                                static_cast<double>(x[t * n + j]);
            }
        }
        mean += h[i * n + i] / static_cast<double>(n);
        diagonal.push_back(h[i * n + i]);
    }
    std::sort(diagonal.begin(), diagonal.end());
    double worst = 0.0;
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            double expected = h[i * n + j];
            if (i == j) {
                expected += share * (rule == damping_rule::mean     ? mean
                                     : rule == damping_rule::median ? diagonal[n / 2]
                                                                    : h[i * n + i]);
            }
            double sum = 0.0;
            for (index_t k = i; k < n; ++k) {
                sum += static_cast<double>(f.values[k * n + i]) *
                       static_cast<double>(f.values[k * n + j]);
            }
            sum *= static_cast<double>(f.root[i]) * static_cast<double>(f.root[j]);
            const double scale = std::sqrt(h[i * n + i] * h[j * n + j]);
            worst = std::max(worst, std::abs(sum - expected) / scale);
        }
    }
    return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("U U^T is 2/t sum x x^T with its damping, by column, by mean or by median",
                   T,
                   float,
                   double) {
    const index_t n = 37;
    const index_t tokens = 200;
    const auto x = tokens_of(tokens, n, n);
    for (const auto rule : {damping_rule::column, damping_rule::mean, damping_rule::median}) {
        hessian<T> h{n};
        REQUIRE(h.accumulate({x.data(), 120, n}).has_value());
        REQUIRE(h.accumulate({x.data() + 120 * n, 80, n}).has_value());
        CHECK(h.tokens() == tokens);
        const auto f = factorize(std::move(h), damping{0.05, rule});
        REQUIRE(f.has_value());
        CHECK(f.value().report.retries == 0);
        CHECK(factor_error(f.value(), x, tokens, 0.05, rule) < (sizeof(T) == 4 ? 2e-5 : 1e-12));
    }
}

TEST_CASE_TEMPLATE("the scale of a column does not change what holds it, if it is told",
                   T,
                   float,
                   double) {
    const index_t n = 37;
    const auto x = tokens_of(200, n, n);
    std::vector<double> scales;
    auto divided = x;
    for (index_t j = 0; j < n; ++j) {
        scales.push_back(std::exp2(static_cast<double>(j % 7) - 3.0));
        for (index_t t = 0; t < 200; ++t) {
            divided[t * n + j] /= static_cast<float>(scales[j]);
        }
    }
    for (const auto rule : {damping_rule::column, damping_rule::mean, damping_rule::median}) {
        hessian<T> whole{n};
        hessian<T> scaled{n};
        REQUIRE(whole.accumulate({x.data(), 200, n}).has_value());
        REQUIRE(scaled.accumulate({divided.data(), 200, n}).has_value());
        const auto f = factorize(std::move(whole), damping{0.05, rule});
        const auto g = factorize(std::move(scaled), damping{0.05, rule, scales});
        REQUIRE(f.has_value());
        REQUIRE(g.has_value());
        const double bound = sizeof(T) == 4 ? 1e-4 : 1e-10;
        for (index_t j = 0; j < n; ++j) {
            const auto pivot = static_cast<double>(f.value().pivot(j));
            CHECK(static_cast<double>(g.value().pivot(j)) * scales[j] ==
                  doctest::Approx(pivot).epsilon(bound));
        }
    }
}

TEST_CASE("the default damping follows the number of tokens") {
    CHECK(damping{}.share(1000, 100) == doctest::Approx(0.3));
    CHECK(damping{}.share(1000, 3500) == doctest::Approx(0.1));
    CHECK(damping{}.share(1000, 1000000) == doctest::Approx(0.01));
    CHECK(damping{0.5, damping_rule::column}.share(1000, 10) == doctest::Approx(0.5));
}

TEST_CASE("partial sums of several workers add up") {
    const index_t n = 20;
    const auto x = tokens_of(64, n, n);
    hessian<double> all{n};
    hessian<double> one{n};
    hessian<double> two{n};
    REQUIRE(all.accumulate({x.data(), 64, n}).has_value());
    REQUIRE(one.accumulate({x.data(), 24, n}).has_value());
    REQUIRE(two.accumulate({x.data() + 24 * n, 40, n}).has_value());
    REQUIRE(one.merge(two).has_value());
    CHECK(one.tokens() == 64);
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            CHECK(one.lower()(i, j) == doctest::Approx(all.lower()(i, j)));
        }
    }
    CHECK(!one.merge(hessian<double>{n + 1}).has_value());
}

TEST_CASE("columns without input are dead: no neighbours, a factor of their own") {
    const index_t n = 12;
    auto x = tokens_of(50, n, n);
    for (index_t t = 0; t < 50; ++t) {
        x[t * n + 4] = 0.0f;
        x[t * n + 9] = 1e-9f;
    }
    hessian<float> h{n};
    REQUIRE(h.accumulate({x.data(), 50, n}).has_value());
    const auto f = factorize(std::move(h), damping{0.1, damping_rule::column});
    REQUIRE(f.has_value());
    CHECK(f.value().report.dead_columns == 2);
    CHECK(f.value().dead[4] == 1);
    CHECK(f.value().dead[9] == 1);
    CHECK(f.value().curvature(4) == 0.0f);
    for (index_t j = 0; j < n; ++j) {
        if (j != 4) {
            CHECK(f.value().values[std::max(j, index_t{4}) * n + std::min(j, index_t{4})] == 0.0f);
        }
    }
}

TEST_CASE("a singular Hessian gets more damping, or double, and says so") {
    // Every column five times over: rank 8 of 40.
    const index_t n = 40;
    const auto x = tokens_of(100, n, 8);
    hessian<float> h{n};
    REQUIRE(h.accumulate({x.data(), 100, n}).has_value());
    const auto f = factorize(std::move(h), damping{1e-8, damping_rule::column});
    REQUIRE(f.has_value());
    const auto& report = f.value().report;
    CHECK((report.retries > 0 || report.float64));
    CHECK(factor_error(f.value(), x, 100, report.damping, damping_rule::column) < 1e-5);
    hessian<double> wide{n};
    REQUIRE(wide.accumulate({x.data(), 100, n}).has_value());
    const auto g = factorize(std::move(wide), damping{1e-8, damping_rule::column});
    REQUIRE(g.has_value());
    CHECK(g.value().report.retries == 0);
}

TEST_CASE("NaN, infinity and nothing at all are named") {
    hessian<float> h{3, "mlp.down"};
    std::vector<float> x{1.0f, 2.0f, 3.0f, 4.0f, std::numeric_limits<float>::quiet_NaN(), 6.0f};
    const auto bad = h.accumulate({x.data(), 2, 3});
    REQUIRE(!bad.has_value());
    CHECK(bad.error().code == errc::nonfinite);
    CHECK(bad.error().message.find("mlp.down") != std::string::npos);
    CHECK(bad.error().message.find("column 1") != std::string::npos);
    CHECK(bad.error().message.find("token 1") != std::string::npos);
    CHECK(h.tokens() == 0);

    x[4] = 1e30f;
    REQUIRE(h.accumulate({x.data(), 2, 3}).has_value());
    const auto over = factorize(std::move(h));
    REQUIRE(!over.has_value());
    CHECK(over.error().code == errc::nonfinite);
    CHECK(over.error().message.find("column 1") != std::string::npos);

    const auto none = factorize(hessian<float>{3, "nothing"});
    REQUIRE(!none.has_value());
    CHECK(none.error().code == errc::no_effect);
}
