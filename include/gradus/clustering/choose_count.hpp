// SPDX-License-Identifier: MIT
// How many clusters there are.
#pragma once

#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/silhouette.hpp>

#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// A partition, and how good it is.
struct cluster_choice {
    index_t count;
    double silhouette;  ///< mean, on the distance 1 - |rho|
    std::vector<cluster_id> labels;
};

/// The number of clusters with the largest mean silhouette; of equal ones the first candidate. One
/// cluster of silhouette 0 where no candidate does better: then there are no groups to speak of.
/// Errors: those of the clustering.
template <channel_clustering Clustering>
[[nodiscard]] result<cluster_choice> choose_by_silhouette(correlation_view correlation,
                                                          const Clustering& clustering,
                                                          std::span<const index_t> candidates) {
    cluster_choice best{1, 0.0, std::vector<cluster_id>(correlation.rows, 0)};
    const square_matrix distance = correlation_distance(correlation);
    for (const index_t count : candidates) {
        auto labels = clustering(correlation, count);
        if (!labels) { return labels.error(); }
        const double silhouette = mean_silhouette(distance.view(), labels.value());
        if (silhouette > best.silhouette) { best = {count, silhouette, std::move(labels).value()}; }
    }
    return best;
}

/// The number of clusters before the widest gap of the ascending eigenvalues of a Laplacian: k with
/// the largest values[k] - values[k - 1], at least `least` and below the number of values.
/// Source: von Luxburg 2007, Stat. Comput. 17, 395, section 8.3.
[[nodiscard]] inline index_t widest_eigengap(std::span<const double> values, index_t least = 1) {
    GRADUS_EXPECT(least >= 1 && least < values.size());
    index_t best = least;
    for (index_t k = least; k < values.size(); ++k) {
        if (values[k] - values[k - 1] > values[best] - values[best - 1]) { best = k; }
    }
    return best;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
