// SPDX-License-Identifier: MIT
// Eigensolvers on matrices whose eigenvalues are known, and against each other.
#include "planted.hpp"

#include <gradus/clustering/dense_eigensolver.hpp>
#include <gradus/clustering/spectral.hpp>

#include <doctest/doctest.h>

#include <numbers>

namespace {

using gradus::dense_eigensolver;
using gradus::eigenpairs;
using gradus::index_t;
using gradus::square_matrix;
using gradus::subspace_eigensolver;
using namespace gradus::test;

constexpr subspace_eigensolver precise{.tolerance = 1e-6};

/// Laplacian of the path of n points: 2 - 2 cos(pi k / n).
square_matrix path(index_t n) {
    square_matrix a{n};
    for (index_t i = 0; i + 1 < n; ++i) {
        a(i, i) += 1.0;
        a(i + 1, i + 1) += 1.0;
        a(i, i + 1) = a(i + 1, i) = -1.0;
    }
    return a;
}

/// Largest |A v - value v|, and largest deviation of v v^T from the unit matrix.
double fault(const square_matrix& a, const eigenpairs& found) {
    const index_t count = found.values.size();
    double worst = 0.0;
    for (index_t k = 0; k < count; ++k) {
        for (index_t i = 0; i < a.size(); ++i) {
            double product = 0.0;
            for (index_t j = 0; j < a.size(); ++j) {
                product += a(i, j) * found.vectors[j * count + k];
            }
            const double off = product - found.values[k] * found.vectors[i * count + k];
            worst = std::max(worst, std::abs(off));
        }
        for (index_t l = 0; l <= k; ++l) {
            double product = 0.0;
            for (index_t i = 0; i < a.size(); ++i) {
                product += found.vectors[i * count + k] * found.vectors[i * count + l];
            }
            worst = std::max(worst, std::abs(product - (k == l ? 1.0 : 0.0)));
        }
    }
    return worst;
}

double path_value(index_t k, index_t n) {
    return 2.0 - 2.0 * std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
}

}  // namespace

TEST_CASE("the path of n points: known eigenvalues, by every solver") {
    for (const index_t n : {1u, 2u, 5u, 12u, 40u, 150u}) {
        const auto a = path(n);
        const index_t count = std::min<index_t>(n, 4);
        const auto dense = dense_eigensolver{}.smallest(a.view(), count).value();
        const auto few = precise.smallest(a.view(), count).value();
        CHECK(fault(a, dense) <= 1e-12);
        CHECK(fault(a, few) <= 1e-5);
        const auto rough = subspace_eigensolver{}.smallest(a.view(), count).value();
        CHECK(fault(a, rough) <= 4e-4);  // a row of the path adds up to 4
        for (index_t k = 0; k < count; ++k) {
            CHECK(std::abs(dense.values[k] - path_value(k, n)) <= 1e-12);
            CHECK(std::abs(few.values[k] - path_value(k, n)) <= 1e-6);
        }
    }
}

TEST_CASE("plane rotations find all eigenvectors") {
    INFO("GRADUS_SEED=", seed());
    for (const index_t n : {1u, 2u, 3u, 17u, 60u}) {
        const auto key = gradus::random_key::of(seed(), n);
        square_matrix a{n};
        for (index_t i = 0; i < n; ++i) {
            for (index_t j = 0; j <= i; ++j) {
                a(i, j) = a(j, i) = key.uniform(i * n + j) - 0.5;
            }
        }
        const auto found = gradus::jacobi_eigenpairs(a);
        CHECK(fault(a, found) <= 1e-12);
        CHECK(std::is_sorted(found.values.begin(), found.values.end()));
    }
    CHECK(gradus::jacobi_eigenpairs(square_matrix{3}).values == std::vector<double>(3, 0.0));
}

TEST_CASE("equal eigenvalues are found as often as they occur") {
    // Five paths that do not touch: 0 five times, then the first of each, five times.
    const index_t n = 200;
    square_matrix a = path(n);
    for (index_t cut = 40; cut < n; cut += 40) {
        a(cut, cut - 1) = a(cut - 1, cut) = 0.0;
        a(cut, cut) -= 1.0;
        a(cut - 1, cut - 1) -= 1.0;
    }
    const auto found = precise.smallest(a.view(), 10).value();
    CHECK(fault(a, found) <= 1e-5);
    for (index_t k = 0; k < 10; ++k) {
        CHECK(std::abs(found.values[k] - path_value(k / 5, 40)) <= 1e-6);
    }
}

TEST_CASE("on Laplacians of planted groups both solvers agree, and so do the clusters") {
    for (std::uint64_t trial = 0; trial < 3; ++trial) {
        const auto p = plant({60, 50, 40, 30, 20}, 0.4, 0.2, trial);
        const auto few =
            gradus::spectral_embedding(gradus::affinity_of(p.correlation.view()), 8, precise);
        const auto all = gradus::spectral_embedding(gradus::affinity_of(p.correlation.view()), 8,
                                                    dense_eigensolver{});
        for (index_t k = 0; k < 8; ++k) {
            CHECK(std::abs(few.value().values[k] - all.value().values[k]) <= 1e-6);
        }
        const auto one = gradus::spectral<subspace_eigensolver>{}(p.correlation.view(), 5);
        const auto other = gradus::spectral<dense_eigensolver>{}(p.correlation.view(), 5);
        CHECK(one.value() == p.labels);
        CHECK(other.value() == p.labels);
    }
}

TEST_CASE("zero, a multiple of the unit matrix, and too few rounds") {
    const index_t n = 100;
    square_matrix a{n};
    CHECK(subspace_eigensolver{}.smallest(a.view(), 3).value().values ==
          std::vector<double>(3, 0.0));
    for (index_t i = 0; i < n; ++i) {
        a(i, i) = 2.5;
    }
    const auto found = subspace_eigensolver{}.smallest(a.view(), 3).value();
    CHECK(found.values[2] == doctest::Approx(2.5));
    CHECK_FALSE(subspace_eigensolver{.rounds = 1}.smallest(path(n).view(), 3).has_value());
}
