// SPDX-License-Identifier: MIT
// Spectral clustering on planted groups.
#include "planted.hpp"

#include <gradus/clustering/choose_count.hpp>
#include <gradus/clustering/spectral.hpp>

#include <doctest/doctest.h>

#include <limits>

using gradus::cluster_id;
using gradus::index_t;
using gradus::spectral;
using gradus::square_matrix;
using namespace gradus::test;

TEST_CASE("planted groups are recovered, signs and noise notwithstanding") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t trial = 0; trial < 10; ++trial) {
        const auto two = plant({20, 20}, 0.6, 0.15, trial);
        CHECK(spectral<>{}(two.correlation.view(), 2).value() == two.labels);
        const auto four = plant({25, 15, 12, 8}, 0.7, 0.15, 100 + trial);
        const auto found = spectral<>{}(four.correlation.view(), 4).value();
        CHECK(found == four.labels);
        CHECK(spectral<>{}(four.correlation.view(), 4).value() == found);
    }
}

TEST_CASE("constant channels, one cluster, one channel each, no dependence at all") {
    auto p = plant({10, 10}, 0.8, 0.05, 3);
    for (index_t j = 0; j < 20; ++j) {
        p.correlation(5, j) = p.correlation(j, 5) = j == 5 ? 1.0 : 0.0;
    }
    const auto found = spectral<>{}(p.correlation.view(), 3).value();
    CHECK(well_numbered(found, 3));
    CHECK(spectral<>{}(p.correlation.view(), 1).value() == std::vector<cluster_id>(20, 0));
    CHECK(well_numbered(spectral<>{}(p.correlation.view(), 20).value(), 20));
    const auto apart = plant({1, 1, 1, 1, 1}, 0.0, 0.0, 0);
    CHECK(well_numbered(spectral<>{}(apart.correlation.view(), 2).value(), 2));
    square_matrix same{4};
    for (index_t i = 0; i < 4; ++i) {
        for (index_t j = 0; j < 4; ++j) {
            same(i, j) = 1.0;
        }
    }
    CHECK(well_numbered(spectral<>{}(same.view(), 2).value(), 2));
}

TEST_CASE("what cannot be clustered is refused") {
    auto p = plant({3, 3}, 0.5, 0.0, 0);
    CHECK_FALSE(spectral<>{}(p.correlation.view(), 0).has_value());
    CHECK_FALSE(spectral<>{}(p.correlation.view(), 7).has_value());
    CHECK_FALSE(spectral<>{}(p.correlation.view().block(0, 3), 2).has_value());
    p.correlation(1, 2) = std::numeric_limits<double>::quiet_NaN();
    const auto found = spectral<>{}(p.correlation.view(), 2);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == gradus::errc::nonfinite);
}

TEST_CASE("the eigengap counts the groups") {
    for (const index_t groups : {2u, 3u, 5u}) {
        const auto p = plant(std::vector<index_t>(groups, 12), 0.8, 0.1, groups);
        const auto embedded = gradus::spectral_embedding(gradus::affinity_of(p.correlation.view()),
                                                         9, gradus::subspace_eigensolver{})
                                  .value();
        CHECK(embedded.values[0] == doctest::Approx(0.0));
        CHECK(gradus::widest_eigengap(embedded.values) == groups);
    }
    CHECK(gradus::widest_eigengap(std::vector{0.0, 0.5, 0.6, 0.7}) == 1);
    CHECK(gradus::widest_eigengap(std::vector{0.0, 0.5, 0.6, 0.8}, 2) == 3);
}
