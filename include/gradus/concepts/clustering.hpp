// SPDX-License-Identifier: MIT
// A clustering: channels that depend on each other go together.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>

#include <vector>

namespace gradus {

using cluster_id = std::uint32_t;

/// A symmetric matrix of correlations, [channels, channels]: ones on the diagonal.
using correlation_view = matrix_view<const double>;

/// `c(correlation, count)`: for each channel a cluster in {0, ..., count - 1}, numbered in the
/// order in which they first occur; no cluster is empty. 1 <= count <= channels.
template <class C>
concept channel_clustering =
    named<C> && requires(const C c, correlation_view correlation, index_t count) {
        { c(correlation, count) } -> std::same_as<result<std::vector<cluster_id>>>;
    };

}  // namespace gradus
