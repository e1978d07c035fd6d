// SPDX-License-Identifier: MIT
// Spectral clustering: k-means on the smallest eigenvectors of a graph's Laplacian.
#pragma once

#include <gradus/clustering/k_means.hpp>
#include <gradus/clustering/square_matrix.hpp>
#include <gradus/clustering/subspace_eigensolver.hpp>

#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// |rho|, stretched to [0, 1]; the unit matrix where all entries are equal.
[[nodiscard]] inline square_matrix affinity_of(correlation_view rho) {
    square_matrix affinity{rho.rows};
    double least = 1.0;
    double most = 0.0;
    for (index_t i = 0; i < rho.rows; ++i) {
        for (index_t j = 0; j < rho.rows; ++j) {
            affinity(i, j) = std::abs(rho(i, j));
            least = std::min(least, affinity(i, j));
            most = std::max(most, affinity(i, j));
        }
    }
    for (index_t i = 0; i < rho.rows; ++i) {
        for (index_t j = 0; j < rho.rows; ++j) {
            double& a = affinity(i, j);
            a = most > least ? (a - least) / (most - least) : i == j ? 1.0 : 0.0;
        }
    }
    return affinity;
}

/// Eigenvectors of L = I - D^-1/2 A D^-1/2 with D the row sums of A, each row i divided by
/// sqrt(D_ii), signs such that the largest entry of each is positive: coordinates in which channels
/// of one cluster lie together.
template <eigensolver Solver>
[[nodiscard]] result<eigenpairs>
spectral_embedding(square_matrix affinity, index_t count, const Solver& solver) {
    const index_t n = affinity.size();
    std::vector<double> root(n);
    for (index_t i = 0; i < n; ++i) {
        double sum = 0.0;
        for (index_t j = 0; j < n; ++j) {
            sum += affinity(i, j);
        }
        root[i] = std::sqrt(sum);  // not 0: the diagonal is 1
    }
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            affinity(i, j) = (i == j ? 1.0 : 0.0) - affinity(i, j) / (root[i] * root[j]);
        }
    }
    auto found = solver.smallest(affinity.view(), count);
    if (!found) { return found; }
    auto& vectors = found.value().vectors;
    for (index_t k = 0; k < count; ++k) {
        double peak = 0.0;
        for (index_t i = 0; i < n; ++i) {
            vectors[i * count + k] /= root[i];
            const double entry = vectors[i * count + k];
            if (std::abs(entry) > std::abs(peak)) { peak = entry; }
        }
        for (index_t i = 0; peak < 0.0 && i < n; ++i) {
            vectors[i * count + k] = -vectors[i * count + k];
        }
    }
    return found;
}

/// Clusters of channels by |rho|. Unlike linkage it cuts where few and weak dependences go across.
/// Cost:   that of the eigenvectors, and of k-means on [channels, count].
/// Errors: a matrix that is not square, a count that is 0 or above the channels; NaN.
/// Source: Ng, Jordan, Weiss 2001; von Luxburg 2007, Stat. Comput. 17, 395; scaling as there
/// (L_rw).
template <eigensolver Solver = subspace_eigensolver> struct spectral {
    static constexpr std::string_view name = "spectral";

    Solver solver{};
    k_means_options k_means{};

    [[nodiscard]] result<std::vector<cluster_id>> operator()(correlation_view correlation,
                                                             index_t count) const {
        if (const status ok = check_clustering(correlation, count); !ok) { return ok.error(); }
        const auto embedded = spectral_embedding(affinity_of(correlation), count, solver);
        if (!embedded) { return embedded.error(); }
        const matrix_view<const double> points{embedded.value().vectors.data(), correlation.rows,
                                               count};
        return gradus::k_means(points, count, k_means).labels;
    }
};

static_assert(channel_clustering<spectral<>>);

}  // namespace GRADUS_ISA
}  // namespace gradus
