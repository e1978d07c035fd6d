// SPDX-License-Identifier: MIT
// Average linkage: the two clusters that are nearest on average are joined, again and again.
#pragma once

#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/first_order.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Joins two clusters, named by one channel of each.
struct linkage_merge {
    double height;  ///< mean distance between their channels
    index_t left;
    index_t right;
};

/// All n - 1 merges by ascending height, found along chains of nearest neighbours: for average
/// linkage the same tree as by searching the nearest pair each time, in O(n^2). Of equal distances
/// the channel with the lower number counts as nearer. Source: Murtagh 1983, Comput. J. 26, 354.
[[nodiscard]] inline std::vector<linkage_merge> average_linkage_merges(square_matrix distance) {
    const index_t n = distance.size();
    std::vector<double> members(n, 1.0);  // 0: joined to another
    std::vector<linkage_merge> merges;
    std::vector<index_t> chain;
    while (merges.size() + 1 < n) {
        if (chain.empty()) {
            const auto any = std::find_if(members.begin(), members.end(),
                                          [](double count) { return count > 0.0; });
            chain.push_back(static_cast<index_t>(any - members.begin()));
        }
        const index_t at = chain.back();
        // The one before goes first among equals, or the chain might run in circles.
        index_t nearest = chain.size() > 1 ? chain[chain.size() - 2] : n;
        for (index_t j = 0; j < n; ++j) {
            if (j == at || members[j] == 0.0) { continue; }
            if (nearest == n || distance(at, j) < distance(at, nearest)) { nearest = j; }
        }
        if (chain.size() < 2 || nearest != chain[chain.size() - 2]) {
            chain.push_back(nearest);
            continue;
        }
        chain.resize(chain.size() - 2);
        merges.push_back({distance(at, nearest), at, nearest});
        const double both = members[at] + members[nearest];
        for (index_t j = 0; j < n; ++j) {
            const double mean = (rounded(members[at] * distance(at, j)) +
                                 rounded(members[nearest] * distance(nearest, j))) /
                                both;
            distance(at, j) = mean;
            distance(j, at) = mean;
        }
        members[at] = both;
        members[nearest] = 0.0;
    }
    std::stable_sort(
        merges.begin(), merges.end(),
        [](const linkage_merge& a, const linkage_merge& b) { return a.height < b.height; });
    return merges;
}

/// Clusters by average linkage on 1 - |rho|: the tree is cut where `count` clusters are left.
/// Cost:   O(n^2) time and memory.
/// Errors: a matrix that is not square, a count that is 0 or above the channels; NaN.
struct average_linkage {
    static constexpr std::string_view name = "average_linkage";

    [[nodiscard]] result<std::vector<cluster_id>> operator()(correlation_view correlation,
                                                             index_t count) const {
        if (const status ok = check_clustering(correlation, count); !ok) { return ok.error(); }
        const auto merges = average_linkage_merges(correlation_distance(correlation));
        std::vector<cluster_id> parent(correlation.rows);
        for (cluster_id i = 0; i < parent.size(); ++i) {
            parent[i] = i;
        }
        const auto root = [&](index_t i) {
            while (parent[i] != i) {
                i = parent[i];
            }
            return static_cast<cluster_id>(i);
        };
        for (index_t m = 0; m + count < parent.size(); ++m) {
            const cluster_id a = root(merges[m].left);
            const cluster_id b = root(merges[m].right);
            parent[std::max(a, b)] = std::min(a, b);
        }
        std::vector<cluster_id> labels(parent.size());
        for (index_t i = 0; i < labels.size(); ++i) {
            labels[i] = root(i);
        }
        number_by_first(labels);
        return labels;
    }
};

static_assert(channel_clustering<average_linkage>);

}  // namespace GRADUS_ISA
}  // namespace gradus
