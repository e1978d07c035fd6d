// SPDX-License-Identifier: MIT
// How well each point lies in its cluster.
#pragma once

#include <gradus/concepts/clustering.hpp>

#include <algorithm>
#include <limits>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// s_i = (b_i - a_i) / max(a_i, b_i) in [-1, 1], where a_i is the mean distance to the other points
/// of the own cluster and b_i the least mean distance to another cluster. 0 for a cluster of one
/// point, and where there is one cluster only. O(n^2). Source: Rousseeuw 1987, J. Comput. Appl.
/// Math. 20, 53.
[[nodiscard]] inline std::vector<double>
silhouettes(matrix_view<const double> distance,    // [points, points], 0 on the diagonal
            std::span<const cluster_id> labels) {  // [points]
    GRADUS_EXPECT(distance.rows == labels.size() && distance.cols == labels.size());
    index_t clusters = 0;
    for (const cluster_id c : labels) {
        clusters = std::max(clusters, index_t{c} + 1);
    }
    std::vector<double> members(clusters, 0.0);
    for (const cluster_id c : labels) {
        members[c] += 1.0;
    }
    std::vector<double> found(labels.size(), 0.0);
    std::vector<double> sums(clusters);
    for (index_t i = 0; i < labels.size(); ++i) {
        if (members[labels[i]] < 2.0) { continue; }
        std::fill(sums.begin(), sums.end(), 0.0);
        for (index_t j = 0; j < labels.size(); ++j) {
            if (j != i) { sums[labels[j]] += distance(i, j); }
        }
        const double own = sums[labels[i]] / (members[labels[i]] - 1.0);
        double other = std::numeric_limits<double>::infinity();
        for (index_t c = 0; c < clusters; ++c) {
            if (c != labels[i] && members[c] > 0.0) {
                other = std::min(other, sums[c] / members[c]);
            }
        }
        const double larger = std::max(own, other);
        if (larger > 0.0 && larger < std::numeric_limits<double>::infinity()) {
            found[i] = (other - own) / larger;
        }
    }
    return found;
}

/// The mean over all points; 0 for none.
[[nodiscard]] inline double mean_silhouette(matrix_view<const double> distance,
                                            std::span<const cluster_id> labels) {
    double sum = 0.0;
    for (const double s : silhouettes(distance, labels)) {
        sum += s;
    }
    return labels.empty() ? 0.0 : sum / static_cast<double>(labels.size());
}

}  // namespace GRADUS_ISA
}  // namespace gradus
