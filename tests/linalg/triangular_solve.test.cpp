// SPDX-License-Identifier: MIT
// Dividing by a factor undoes multiplying by it.
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/linalg/triangular_solve.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::right_width;
using gradus::strips;
using gradus::triangle_side;

/// A lower triangle whose inverse is tame.
template <class T> std::vector<T> triangle(index_t n) {
    std::uint64_t state = gradus::test::seed() + n;
    std::vector<T> f(n * n, T(7));  // what lies above must not matter
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const double x = static_cast<double>(state >> 40) / (1 << 24) - 0.5;
            f[i * n + j] =
                static_cast<T>(i == j ? 1.0 + x * x : x / std::sqrt(static_cast<double>(n)));
        }
    }
    return f;
}

}  // namespace

TEST_CASE_TEMPLATE("x F F^-1 = x and x F^T F^-T = x", T, float, double) {
    for (const index_t n : {1u, 7u, 16u, 40u, 513u, 600u}) {
        const std::vector<T> f = triangle<T>(n);
        const matrix_view<const T> low{f.data(), n, n};
        const index_t rows = 40;  // a panel and a bit: the rest of it is zero
        strips<right_width, T> plain{rows, n};
        strips<right_width, T> turned{rows, n};
        std::vector<double> x(rows * n);
        for (index_t i = 0; i < x.size(); ++i) {
            x[i] = std::sin(static_cast<double>(i));
        }
        for (index_t p = 0; p < plain.count(); ++p) {
            std::fill_n(plain.strip(p), n * right_width, T(0));
            std::fill_n(turned.strip(p), n * right_width, T(0));
        }
        for (index_t r = 0; r < rows; ++r) {
            for (index_t j = 0; j < n; ++j) {
                double by_factor = 0.0;
                double by_transposed = 0.0;
                for (index_t k = 0; k < n; ++k) {
                    if (k >= j) { by_factor += x[r * n + k] * static_cast<double>(f[k * n + j]); }
                    if (k <= j) {
                        by_transposed += x[r * n + k] * static_cast<double>(f[j * n + k]);
                    }
                }
                const index_t at = j * right_width + r % right_width;
                plain.strip(r / right_width)[at] = static_cast<T>(by_factor);
                turned.strip(r / right_width)[at] = static_cast<T>(by_transposed);
            }
        }
        gradus::thread_pool pool{2};
        gradus::serial alone;
        gradus::divide_rows<triangle_side::factor>(low, plain, pool);
        gradus::divide_rows<triangle_side::transposed>(low, turned, alone);
        double worst = 0.0;
        for (index_t r = 0; r < rows; ++r) {
            for (index_t j = 0; j < n; ++j) {
                const index_t at = j * right_width + r % right_width;
                const index_t p = r / right_width;
                worst = std::max(worst,
                                 std::abs(static_cast<double>(plain.strip(p)[at]) - x[r * n + j]));
                worst = std::max(worst,
                                 std::abs(static_cast<double>(turned.strip(p)[at]) - x[r * n + j]));
            }
        }
        CHECK(worst < (sizeof(T) == 4 ? 1e-4 : 1e-12));
    }
}
