// SPDX-License-Identifier: MIT
// Mutual information of two channels from their histogram, for dependence that is not linear.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Entropies of two channels and of the pair, in nats.
struct pair_entropy {
    double x = 0.0;
    double y = 0.0;
    double both = 0.0;

    /// I(x; y) = H(x) + H(y) - H(x, y), at least 0.
    [[nodiscard]] double information() const noexcept { return std::max(x + y - both, 0.0); }

    /// 2 I / (H(x) + H(y)) in [0, 1]; 0 where both are constant.
    [[nodiscard]] double normalised() const noexcept {
        return x + y > 0.0 ? 2.0 * information() / (x + y) : 0.0;
    }
};

/// - sum p ln p of counts that add up to `total`.
[[nodiscard]] inline double entropy_of(std::span<const index_t> counts, index_t total) {
    double sum = 0.0;
    for (const index_t count : counts) {
        if (count == 0) { continue; }
        const double p = static_cast<double>(count) / static_cast<double>(total);
        sum -= p * std::log(p);
    }
    return sum;
}

/// From `bins` bins of equal width a channel, between its extremes. Values are finite.
///
/// Error:  too large by about (bins - 1)^2 / (2 samples): .29 nats for 50 bins and 4096 independent
///         samples, more than most true values. Few bins, or many samples; a pair costs O(samples),
///         so this is for some hundreds of channels at most.
[[nodiscard]] inline pair_entropy histogram_entropy(floats x, floats y, index_t bins) {
    GRADUS_EXPECT(x.size() == y.size() && !x.empty() && bins > 0);
    const auto binned = [bins](floats values) {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        const double low = static_cast<double>(*least);
        const double width = (static_cast<double>(*most) - low) / static_cast<double>(bins);
        std::vector<index_t> found(values.size(), 0);
        for (index_t i = 0; width > 0.0 && i < values.size(); ++i) {
            const auto bin = static_cast<index_t>((static_cast<double>(values[i]) - low) / width);
            found[i] = std::min(bin, bins - 1);
        }
        return found;
    };
    const auto in_x = binned(x);
    const auto in_y = binned(y);
    std::vector<index_t> of_x(bins, 0);
    std::vector<index_t> of_y(bins, 0);
    std::vector<index_t> of_both(bins * bins, 0);
    for (index_t i = 0; i < x.size(); ++i) {
        ++of_x[in_x[i]];
        ++of_y[in_y[i]];
        ++of_both[in_x[i] * bins + in_y[i]];
    }
    return {entropy_of(of_x, x.size()), entropy_of(of_y, x.size()), entropy_of(of_both, x.size())};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
