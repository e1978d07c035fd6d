// SPDX-License-Identifier: MIT
// One numbering for equal partitions.
#pragma once

#include <gradus/concepts/clustering.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Renumbers clusters in the order in which they first occur. Returns how many there are.
inline index_t number_by_first(std::vector<cluster_id>& labels) {
    constexpr cluster_id unseen = std::numeric_limits<cluster_id>::max();
    std::vector<cluster_id> renamed;
    cluster_id next = 0;
    for (cluster_id& label : labels) {
        if (label >= renamed.size()) { renamed.resize(index_t{label} + 1, unseen); }
        if (renamed[label] == unseen) { renamed[label] = next++; }
        label = renamed[label];
    }
    return next;
}

/// Whether the correlations are a square matrix of numbers, and `count` clusters can be asked for.
[[nodiscard]] inline status check_clustering(correlation_view correlation, index_t count) {
    if (correlation.rows != correlation.cols) {
        return error{errc::invalid_argument, "correlations that are not a square matrix"};
    }
    if (count == 0 || count > correlation.rows) {
        return error{errc::invalid_argument, std::to_string(count) + " clusters of " +
                                                 std::to_string(correlation.rows) +
                                                 " channels (expected 1 to that many)"};
    }
    for (index_t i = 0; i < correlation.rows; ++i) {
        for (const double rho : correlation.row(i)) {
            if (!std::isfinite(rho)) {
                return error{errc::nonfinite,
                             "a correlation of channel " + std::to_string(i) + " is not finite"};
            }
        }
    }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
