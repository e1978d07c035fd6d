// SPDX-License-Identifier: MIT
// Average linkage against joining the nearest pair each time, means taken over all pairs.
#include "planted.hpp"

#include <gradus/clustering/average_linkage.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using gradus::average_linkage;
using gradus::cluster_id;
using gradus::index_t;
using gradus::square_matrix;
using namespace gradus::test;

/// Labels after joining down to `count` clusters, from the definition; and the last height.
std::pair<std::vector<cluster_id>, double> by_definition(const square_matrix& d, index_t count) {
    std::vector<std::vector<index_t>> clusters;
    for (index_t i = 0; i < d.size(); ++i) {
        clusters.push_back({i});
    }
    double height = 0.0;
    while (clusters.size() > count) {
        index_t a = 0;
        index_t b = 1;
        height = 1e9;
        for (index_t i = 0; i < clusters.size(); ++i) {
            for (index_t j = i + 1; j < clusters.size(); ++j) {
                double sum = 0.0;
                for (const index_t x : clusters[i]) {
                    for (const index_t y : clusters[j]) {
                        sum += d(x, y);
                    }
                }
                sum /= static_cast<double>(clusters[i].size() * clusters[j].size());
                if (sum < height) {
                    height = sum;
                    a = i;
                    b = j;
                }
            }
        }
        clusters[a].insert(clusters[a].end(), clusters[b].begin(), clusters[b].end());
        clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(b));
    }
    std::vector<cluster_id> labels(d.size());
    for (cluster_id c = 0; c < clusters.size(); ++c) {
        for (const index_t i : clusters[c]) {
            labels[i] = c;
        }
    }
    gradus::number_by_first(labels);
    return {labels, height};
}

}  // namespace

TEST_CASE("chains of neighbours build the tree of the definition") {
    INFO("GRADUS_SEED=", seed());
    for (std::uint64_t trial = 0; trial < 20; ++trial) {
        const auto p = plant({7, 5, 4, 1}, 0.4, 0.5, trial);
        const auto distance = gradus::correlation_distance(p.correlation.view());
        const auto merges = gradus::average_linkage_merges(distance);
        REQUIRE(merges.size() == 16);
        for (index_t count = 1; count <= 17; ++count) {
            const auto [labels, height] = by_definition(distance, count);
            CHECK(average_linkage{}(p.correlation.view(), count).value() == labels);
            if (count < 17) { CHECK(merges[16 - count].height == doctest::Approx(height)); }
        }
    }
}

TEST_CASE("planted groups are recovered, and ties do not go in circles") {
    const auto p = plant({20, 14, 9}, 0.7, 0.2, 5);
    CHECK(average_linkage{}(p.correlation.view(), 3).value() == p.labels);
    const auto tied = plant({4, 4}, 0.5, 0.0, 0);
    CHECK(average_linkage{}(tied.correlation.view(), 2).value() == tied.labels);
    for (index_t count = 1; count <= 8; ++count) {
        CHECK(well_numbered(average_linkage{}(tied.correlation.view(), count).value(), count));
    }
    const auto single = plant({1}, 0.0, 0.0, 0);
    CHECK(average_linkage{}(single.correlation.view(), 1).value() == std::vector<cluster_id>{0});
    CHECK_FALSE(average_linkage{}(single.correlation.view(), 2).has_value());
}
