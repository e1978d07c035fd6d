// SPDX-License-Identifier: MIT
// Correlations with known groups.
#pragma once

#include "seed.hpp"

#include <gradus/clustering/square_matrix.hpp>
#include <gradus/concepts/clustering.hpp>
#include <gradus/core/random.hpp>

#include <cmath>
#include <vector>

namespace gradus::test {

/// Channels in groups of the given sizes, dealt out in turn so that no group is a run: `inside`
/// with either sign between channels of a group, and noise of at most `noise` everywhere.
struct planted {
    square_matrix correlation;
    std::vector<cluster_id> labels;  // numbered by first occurrence
};

inline planted
plant(std::vector<index_t> sizes, double inside, double noise, std::uint64_t stream) {
    std::vector<cluster_id> labels;
    for (bool more = true; more;) {
        more = false;
        for (cluster_id g = 0; g < sizes.size(); ++g) {
            if (sizes[g] == 0) { continue; }
            --sizes[g];
            labels.push_back(g);
            more = true;
        }
    }
    const auto key = random_key::of(seed(), 0x706c616eu, stream);
    square_matrix rho{labels.size()};
    for (index_t i = 0; i < labels.size(); ++i) {
        rho(i, i) = 1.0;
        for (index_t j = 0; j < i; ++j) {
            const double sign = (i + j) % 2 == 0 ? 1.0 : -1.0;
            const double off = noise * (2.0 * key.uniform(i * labels.size() + j) - 1.0);
            rho(i, j) = (labels[i] == labels[j] ? sign * inside : 0.0) + off;
            rho(j, i) = rho(i, j);
        }
    }
    return {rho, labels};
}

/// What every clustering promises about its labels.
inline bool well_numbered(const std::vector<cluster_id>& labels, index_t count) {
    cluster_id next = 0;
    for (const cluster_id c : labels) {
        if (c > next) { return false; }
        if (c == next) { ++next; }
    }
    return next == count;
}

}  // namespace gradus::test
