// SPDX-License-Identifier: MIT
// k-means on the rows of the matrix of correlations.
#pragma once

#include <gradus/clustering/k_means.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Channels go together where they depend on all others in the same way: the features of a channel
/// are its correlations, signs included. The cheapest of the clusterings, and the bluntest.
/// Cost:   O(restarts iterations n^2 count).
/// Errors: a matrix that is not square, a count that is 0 or above the channels; NaN.
struct row_k_means {
    static constexpr std::string_view name = "k_means";

    k_means_options options{};

    [[nodiscard]] result<std::vector<cluster_id>> operator()(correlation_view correlation,
                                                             index_t count) const {
        if (const status ok = check_clustering(correlation, count); !ok) { return ok.error(); }
        return k_means(correlation, count, options).labels;
    }
};

static_assert(channel_clustering<row_k_means>);

}  // namespace GRADUS_ISA
}  // namespace gradus
