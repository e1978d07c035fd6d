// SPDX-License-Identifier: MIT
// Range and spread of scores: whether they tell channels apart at all.
#pragma once

#include <gradus/core/real.hpp>

#include <limits>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// Below this ratio of largest to smallest score mixed widths gain nothing that can be measured: a
/// factor of 4 in sensitivity is worth one bit.
inline constexpr double flat_ratio = 1.2;

struct score_spread {
    double least = 0.0;
    double most = 0.0;
    double mean = 0.0;
    double deviation = 0.0;  ///< standard deviation (of the population)

    /// Largest over smallest score; infinite where the smallest is 0 and the largest is not.
    [[nodiscard]] double ratio() const noexcept {
        if (most == least) { return 1.0; }
        return least > 0.0 ? most / least : std::numeric_limits<double>::infinity();
    }

    [[nodiscard]] bool flat() const noexcept { return ratio() < flat_ratio; }
};

/// Of finite scores of at least 0; all zero for no scores.
[[nodiscard]] inline score_spread spread_of(std::span<const double> scores) {
    if (scores.empty()) { return {}; }
    score_spread found{scores[0], scores[0], 0.0, 0.0};
    const auto count = static_cast<double>(scores.size());
    for (const double s : scores) {
        found.least = least(found.least, s);
        found.most = greatest(found.most, s);
        found.mean += s / count;
    }
    double square = 0.0;
    for (const double s : scores) {
        const double off = s - found.mean;
        square += rounded(off * off);
    }
    found.deviation = square_root(square / count);
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
