// SPDX-License-Identifier: MIT
// Targets solve their normal equations, and what the factor says of the inverse is true.
#include "layer.hpp"
#include "seed.hpp"

#include <gradus/solver/match_dense.hpp>
#include <gradus/solver/redundancy.hpp>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::test::factor_of;
using gradus::test::layer;
using gradus::test::random_layer;

constexpr gradus::damping some{0.05, gradus::damping_rule::column};

/// [rows, n] times [n, m].
std::vector<double> product(const std::vector<double>& a,
                            const std::vector<double>& b,
                            index_t rows,
                            index_t n,
                            index_t m) {
    std::vector<double> c(rows * m);
    for (index_t i = 0; i < rows; ++i) {
        for (index_t k = 0; k < n; ++k) {
            for (index_t j = 0; j < m; ++j) {
                c[i * m + j] += a[i * n + k] * b[k * m + j];
            }
        }
    }
    return c;
}

double worst(const std::vector<double>& a, const std::vector<double>& b) {
    double most = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        most = std::max(most, std::abs(a[i] - b[i]));
    }
    return most;
}

}  // namespace

TEST_CASE("W* (H + D) = W (C + D), and W where both models see the same") {
    const index_t n = 90;
    const index_t rows = 37;
    const layer l = random_layer(rows, n, 150, gradus::test::seed());
    const auto f = factor_of<double>(l, some);  // of 1 token: its sums are H / 2
    std::vector<double> sums(l.h);
    for (double& x : sums) {
        x /= 2.0;
    }
    auto w = l.w;
    REQUIRE(gradus::match_dense<double>({w.data(), rows, n}, f, {sums.data(), n, n}, 1));
    CHECK(worst(w, l.w) < 1e-9);

    auto cross = sums;  // not symmetric
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            cross[i * n + j] *= 1.0 + 0.1 * std::sin(static_cast<double>(3 * i + j));
        }
    }
    w = l.w;
    REQUIRE(gradus::match_dense<double>({w.data(), rows, n}, f, {cross.data(), n, n}, 1));
    auto left = l.h;
    auto right = cross;
    for (index_t i = 0; i < n * n; ++i) {
        right[i] *= 2.0;
    }
    for (index_t j = 0; j < n; ++j) {
        const double d = 0.05 * l.h[j * n + j];
        left[j * n + j] += d;
        right[j * n + j] += d;
    }
    const auto wanted = product(l.w, right, rows, n, n);
    const auto got = product(w, left, rows, n, n);
    CHECK(worst(got, wanted) < 1e-9 * std::abs(*std::max_element(wanted.begin(), wanted.end())));
    CHECK(worst(w, l.w) > 1e-3);

    // The same in another order of the factor's columns.
    layer turned = l;
    std::vector<index_t> order(n);
    for (index_t j = 0; j < n; ++j) {
        order[j] = n - 1 - j;
    }
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            turned.h[i * n + j] = l.h[order[i] * n + order[j]];
        }
    }
    auto other = l.w;
    REQUIRE(gradus::match_dense<double>({other.data(), rows, n}, factor_of<double>(turned, some),
                                        {cross.data(), n, n}, 1, order));
    CHECK(worst(other, w) < 1e-9);
    const auto refused =
        gradus::match_dense<double>({w.data(), rows, n}, f, {cross.data(), n, n - 1}, 1);
    REQUIRE(!refused);
    CHECK(refused.error().code == gradus::errc::invalid_argument);
}

/// How far the weights of channel 0 go where it and others, `silent` in all, are a ten-thousandth
/// as loud as the dense model hears them.
double moved(gradus::damping_rule rule, index_t silent) {
    const index_t n = 24;
    const layer l = random_layer(6, n, 200, gradus::test::seed());
    const auto loud = [&](index_t i) { return i < silent ? 1e-4 : 1.0; };
    layer faint = l;
    auto cross = l.h;
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            faint.h[i * n + j] *= loud(i) * loud(j);
            cross[i * n + j] *= 0.5 * loud(j);
        }
    }
    auto w = l.w;
    REQUIRE(gradus::match_dense<double>({w.data(), 6, n}, factor_of<double>(faint, {0.1, rule}),
                                        {cross.data(), n, n}, 1));
    double most = 0.0;
    for (index_t r = 0; r < 6; ++r) {
        most = std::max(most, std::abs(w[r * n] - l.w[r * n]));
    }
    return most;
}

TEST_CASE("a silent channel keeps its weights where the damping is of what others have") {
    using enum gradus::damping_rule;
    CHECK(moved(median, 1) < 0.1 * moved(column, 1));
    CHECK(moved(mean, 1) < 0.1 * moved(column, 1));
    // Where most channels are silent, the median is as small as they are.
    CHECK(moved(median, 16) > 10.0 * moved(mean, 16));
}

TEST_CASE("the diagonal of the inverse, by elimination") {
    const index_t n = 70;
    const layer l = random_layer(1, n, 110, gradus::test::seed());
    const auto f = factor_of<double>(l, some);
    const auto shares = gradus::redundancy(f);
    const auto diagonal = gradus::inverse_diagonal(f);
    std::vector<double> a(n * 2 * n);
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            a[i * 2 * n + j] = l.h[i * n + j] * (i == j ? 1.05 : 1.0);
        }
        a[i * 2 * n + n + i] = 1.0;
    }
    for (index_t p = 0; p < n; ++p) {
        for (index_t i = 0; i < n; ++i) {
            if (i == p) { continue; }
            const double factor = a[i * 2 * n + p] / a[p * 2 * n + p];
            for (index_t j = 0; j < 2 * n; ++j) {
                a[i * 2 * n + j] -= factor * a[p * 2 * n + j];
            }
        }
    }
    for (index_t j = 0; j < n; ++j) {
        const double inverse = a[j * 2 * n + n + j] / a[j * 2 * n + j];
        const double h = l.h[j * n + j];
        CHECK(diagonal[j] / h == doctest::Approx(inverse).epsilon(1e-9));
        CHECK(shares[j] == doctest::Approx(1.0 - 1.0 / (1.05 * h * inverse)).epsilon(1e-9));
    }
}
