// SPDX-License-Identifier: MIT
// k-means: against all partitions of few points, on clouds, on degenerate points.
#include "planted.hpp"

#include <gradus/clustering/k_means.hpp>
#include <gradus/clustering/row_k_means.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using gradus::cluster_id;
using gradus::index_t;
using gradus::k_means;
using gradus::matrix_view;
using namespace gradus::test;

/// Sum of squared distances to the means of a partition.
double inertia_of(const std::vector<double>& points,
                  index_t dimensions,
                  const std::vector<cluster_id>& labels,
                  index_t count) {
    double total = 0.0;
    for (cluster_id c = 0; c < count; ++c) {
        for (index_t d = 0; d < dimensions; ++d) {
            double sum = 0.0;
            double square = 0.0;
            double members = 0.0;
            for (index_t i = 0; i < labels.size(); ++i) {
                if (labels[i] != c) { continue; }
                const double x = points[i * dimensions + d];
                sum += x;
                square += x * x;
                members += 1.0;
            }
            if (members > 0.0) { total += square - sum * sum / members; }
        }
    }
    return total;
}

double least_inertia(const std::vector<double>& points, index_t dimensions, index_t count) {
    const index_t n = points.size() / dimensions;
    std::vector<cluster_id> labels(n, 0);
    double best = std::numeric_limits<double>::infinity();
    while (true) {
        best = std::min(best, inertia_of(points, dimensions, labels, count));
        index_t i = 0;
        while (i < n && ++labels[i] == count) {
            labels[i++] = 0;
        }
        if (i == n) { return best; }
    }
}

std::vector<double> cloud(index_t count, std::uint64_t stream) {
    const auto key = gradus::random_key::of(seed(), 0x636c6f75u, stream);
    std::vector<double> points(count);
    for (index_t i = 0; i < count; ++i) {
        points[i] = key.uniform(i);
    }
    return points;
}

}  // namespace

TEST_CASE("ten starts mostly find the best of all partitions of eight points") {
    INFO("GRADUS_SEED=", seed());
    int best = 0;
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
        const auto points = cloud(16, trial);
        const auto found = k_means(matrix_view<const double>{points.data(), 8, 2}, 3);
        CHECK(well_numbered(found.labels, 3));
        CHECK(found.inertia == doctest::Approx(inertia_of(points, 2, found.labels, 3)));
        const double least = least_inertia(points, 2, 3);
        CHECK(found.inertia >= least * (1 - 1e-9));
        if (found.inertia <= least * (1 + 1e-9)) { ++best; }
    }
    CHECK(best >= 32);
}

TEST_CASE("clouds far apart are told apart, and every run gives the same") {
    auto points = cloud(200, 50);
    std::vector<cluster_id> expected;
    for (index_t i = 0; i < 100; ++i) {
        points[2 * i] += 10.0 * static_cast<double>(i % 4);
        expected.push_back(static_cast<cluster_id>(i % 4));
    }
    const matrix_view<const double> view{points.data(), 100, 2};
    const auto found = k_means(view, 4);
    CHECK(found.labels == expected);
    for (int run = 0; run < 10; ++run) {
        CHECK(k_means(view, 4).inertia == found.inertia);
    }
}

TEST_CASE("equal points, one point each, all in one") {
    const std::vector<double> equal(12, 2.5);
    const auto found = k_means(matrix_view<const double>{equal.data(), 6, 2}, 3);
    CHECK(well_numbered(found.labels, 3));  // no cluster is empty, even here
    CHECK(found.inertia == 0.0);
    const auto points = cloud(10, 60);
    CHECK(k_means(matrix_view<const double>{points.data(), 10, 1}, 10).inertia == 0.0);
    const auto one = k_means(matrix_view<const double>{points.data(), 10, 1}, 1);
    CHECK(one.labels == std::vector<cluster_id>(10, 0));
}

TEST_CASE("rows of correlations: groups of one sign are found") {
    auto p = plant({10, 8, 6}, 0.0, 0.02, 3);
    for (index_t i = 0; i < p.labels.size(); ++i) {
        for (index_t j = 0; j < p.labels.size(); ++j) {
            if (i != j && p.labels[i] == p.labels[j]) { p.correlation(i, j) = 0.8; }
        }
    }
    CHECK(gradus::row_k_means{}(p.correlation.view(), 3).value() == p.labels);
    CHECK_FALSE(gradus::row_k_means{}(p.correlation.view(), 0).has_value());
}
