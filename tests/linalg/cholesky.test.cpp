// SPDX-License-Identifier: MIT
// The factor multiplies back to the matrix, and what has none is named.
#include "random_values.hpp"
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/linalg/cholesky.hpp>
#include <gradus/linalg/gram.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::test::random_values;

/// X^T X of 2 n tokens, lower triangle; rubbish above.
template <class T> std::vector<T> gram(index_t n) {
    const auto x = random_values<T>(2 * n * n, gradus::test::seed());
    std::vector<T> h(n * n);
    gradus::add_gram<T>({x.data(), 2 * n, n}, matrix_view<T>{h.data(), n, n});
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = i + 1; j < n; ++j) {
            h[i * n + j] = std::numeric_limits<T>::quiet_NaN();
        }
    }
    return h;
}

template <class T> double worst_error(const std::vector<T>& f, const std::vector<T>& h, index_t n) {
    double worst = 0.0;
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            double sum = 0.0;
            for (index_t k = i; k < n; ++k) {
                sum += static_cast<double>(f[k * n + i]) * static_cast<double>(f[k * n + j]);
            }
            const double scale = static_cast<double>(h[i * n + i]);
            worst = std::max(worst, std::abs(sum - static_cast<double>(h[i * n + j])) / scale);
        }
    }
    return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("F^T F is the matrix, for sizes around every block", T, float, double) {
    const double unit = sizeof(T) == 4 ? 0x1p-24 : 0x1p-53;
    for (const index_t n : {1u, 2u, 7u, 8u, 9u, 33u, 64u, 255u, 256u, 257u, 300u}) {
        const auto h = gram<T>(n);
        auto f = h;
        const auto bad = gradus::cholesky(matrix_view<T>{f.data(), n, n});
        REQUIRE(!bad.has_value());
        bool untouched = true;
        for (index_t i = 0; i < n; ++i) {
            for (index_t j = i + 1; j < n; ++j) {
                untouched = untouched && std::isnan(f[i * n + j]);
            }
        }
        CHECK(untouched);
        CHECK(worst_error(f, h, n) < unit * (16.0 + std::sqrt(static_cast<double>(n))));
    }
}

TEST_CASE("the factor has the same bits for any number of threads") {
    const index_t n = 700;
    const auto h = gram<float>(n);
    auto alone = h;
    REQUIRE(!gradus::cholesky(matrix_view<float>{alone.data(), n, n}).has_value());
    for (const unsigned threads : {2u, 3u}) {
        gradus::thread_pool pool{threads};
        auto shared = h;
        REQUIRE(!gradus::cholesky(matrix_view<float>{shared.data(), n, n}, pool).has_value());
        bool same = true;
        for (index_t i = 0; i < n; ++i) {
            for (index_t j = 0; j <= i; ++j) {
                same = same && alone[i * n + j] == shared[i * n + j];
            }
        }
        CHECK(same);
    }
}

TEST_CASE("a column without positive pivot is named") {
    // Column c repeats column c + 1 with the negative surplus on its diagonal.
    for (const index_t n : {3u, 40u, 300u}) {
        for (const index_t c : {index_t{0}, n / 2, n - 2}) {
            std::vector<double> h(n * n, 0.0);
            for (index_t i = 0; i < n; ++i) {
                h[i * n + i] = 1.0;
            }
            h[(c + 1) * n + c] = 1.0;
            h[c * n + c] = 0.5;
            const auto bad = gradus::cholesky(matrix_view<double>{h.data(), n, n});
            REQUIRE(bad.has_value());
            CHECK(*bad == c);
        }
    }
}

TEST_CASE("NaN and infinity on the diagonal are refused, not spread") {
    for (const double value : {std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity(), 0.0, -1.0}) {
        std::vector<double> h{1.0, 0.0, 0.0, value};
        const auto bad = gradus::cholesky(matrix_view<double>{h.data(), 2, 2});
        REQUIRE(bad.has_value());
        CHECK(*bad == 1);
    }
}
