// SPDX-License-Identifier: MIT
// Distortions for scores: what lets any allocator start from importance alone.
#pragma once

#include <gradus/allocation/option_list.hpp>
#include <gradus/core/contract.hpp>

#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// Item j has, for each width b,  cost = weights b  and  distortion = weights score_j^power 4^-b:
/// the law of a fine grid, with the score in place of a measured sensitivity. Rank and spread of
/// the scores then both count. Measured distortions are better, as grids are coarse below 4 bits.
///
/// `power`: 2 for scores that are amplitudes (mean |x|, the combined scores), 1 for energies.
[[nodiscard]] inline option_list score_options(std::span<const double> scores,  // [items], >= 0
                                               std::span<const int> widths,     // 1 to 8 bits
                                               std::uint64_t weights,           // of one item
                                               int power = 2) {
    option_list items;
    items.options.reserve(scores.size() * widths.size());
    items.first.reserve(scores.size() + 1);
    for (const double score : scores) {
        double sensitivity = static_cast<double>(weights);
        for (int n = 0; n < power; ++n) {
            sensitivity *= score;  // std::pow differs from one C library to the next
        }
        for (const int b : widths) {
            GRADUS_EXPECT(b > 0);
            items.options.push_back(
                {weights * static_cast<std::uint64_t>(b), std::ldexp(sensitivity, -2 * b)});
        }
        items.first.push_back(items.options.size());
    }
    return items;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
