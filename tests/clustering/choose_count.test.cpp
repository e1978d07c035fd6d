// SPDX-License-Identifier: MIT
// The number of groups by silhouette.
#include "planted.hpp"

#include <gradus/clustering/average_linkage.hpp>
#include <gradus/clustering/choose_count.hpp>
#include <gradus/clustering/spectral.hpp>

#include <doctest/doctest.h>

using gradus::choose_by_silhouette;
using gradus::cluster_id;
using gradus::index_t;
using namespace gradus::test;

TEST_CASE("the planted number of groups has the best silhouette, by either clustering") {
    const std::vector<index_t> candidates{2, 3, 4, 5, 6, 7, 8};
    for (const index_t groups : {2u, 4u, 6u}) {
        const auto p = plant(std::vector<index_t>(groups, 10), 0.8, 0.15, groups);
        const auto one =
            choose_by_silhouette(p.correlation.view(), gradus::spectral<>{}, candidates);
        CHECK(one.value().count == groups);
        CHECK(one.value().labels == p.labels);
        CHECK(one.value().silhouette > 0.5);
        const auto other =
            choose_by_silhouette(p.correlation.view(), gradus::average_linkage{}, candidates);
        CHECK(other.value().labels == p.labels);
    }
}

TEST_CASE("channels that do not depend on each other are one group") {
    const auto p = plant(std::vector<index_t>(12, 1), 0.0, 0.0, 1);
    const std::vector<index_t> candidates{2, 3, 4};
    const auto found =
        choose_by_silhouette(p.correlation.view(), gradus::average_linkage{}, candidates).value();
    CHECK(found.count == 1);
    CHECK(found.labels == std::vector<cluster_id>(12, 0));
    const std::vector<index_t> too_many{2, 13};
    CHECK_FALSE(choose_by_silhouette(p.correlation.view(), gradus::average_linkage{}, too_many)
                    .has_value());
}
