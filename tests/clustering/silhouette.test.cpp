// SPDX-License-Identifier: MIT
// Silhouettes by hand and by definition.
#include "planted.hpp"

#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/silhouette.hpp>

#include <doctest/doctest.h>

using gradus::cluster_id;
using gradus::index_t;
using gradus::mean_silhouette;
using gradus::silhouettes;
using gradus::square_matrix;
using namespace gradus::test;

TEST_CASE("points 0, 1 | 4 | 9 on a line, by hand") {
    const std::vector<double> at{0, 1, 4, 9};
    square_matrix distance{4};
    for (index_t i = 0; i < 4; ++i) {
        for (index_t j = 0; j < 4; ++j) {
            distance(i, j) = std::abs(at[i] - at[j]);
        }
    }
    const auto s = silhouettes(distance.view(), std::vector<cluster_id>{0, 0, 1, 2});
    CHECK(s[0] == doctest::Approx((4.0 - 1.0) / 4.0));
    CHECK(s[1] == doctest::Approx((3.0 - 1.0) / 3.0));
    CHECK(s[2] == 0.0);
    CHECK(s[3] == 0.0);
    const auto wrong = silhouettes(distance.view(), std::vector<cluster_id>{0, 1, 1, 0});
    CHECK(wrong[1] == doctest::Approx((4.5 - 3.0) / 4.5));
    CHECK(wrong[0] == doctest::Approx((2.5 - 9.0) / 9.0));
}

TEST_CASE("planted groups have a high silhouette, mixed ones a low one, all within [-1, 1]") {
    const auto p = plant({12, 9, 7}, 0.8, 0.1, 1);
    const auto distance = gradus::correlation_distance(p.correlation.view());
    auto mixed = p.labels;
    for (index_t i = 0; i < mixed.size(); ++i) {
        mixed[i] = static_cast<cluster_id>(i / 3 % 3);
    }
    for (const double s : silhouettes(distance.view(), mixed)) {
        CHECK(s >= -1.0);
        CHECK(s <= 1.0);
    }
    CHECK(mean_silhouette(distance.view(), p.labels) > 0.6);
    CHECK(mean_silhouette(distance.view(), mixed) < 0.1);
}

TEST_CASE("one cluster, one point each, equal points, none") {
    square_matrix distance{3};
    CHECK(mean_silhouette(distance.view(), std::vector<cluster_id>{0, 1, 1}) == 0.0);
    distance(0, 1) = distance(1, 0) = 1.0;
    CHECK(mean_silhouette(distance.view(), std::vector<cluster_id>{0, 0, 0}) == 0.0);
    CHECK(mean_silhouette(distance.view(), std::vector<cluster_id>{0, 1, 2}) == 0.0);
    CHECK(mean_silhouette({}, {}) == 0.0);
}
