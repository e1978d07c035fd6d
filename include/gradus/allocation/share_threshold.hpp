// SPDX-License-Identifier: MIT
// Legacy: five widths by a group's share of all scores.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// share = score / sum of scores;  > .15: 8 bits, > .10: 6, > .05: 4, > .02: 3, otherwise 2.
///
/// Legacy: for comparison with results of the research code only. It hits no target: shares add up
/// to 1, so that a typical one is 1 / groups and the widths follow the number of groups. Five equal
/// groups get 8 bits, ten get 4, fifty get 2. The size of a group plays no role.
/// Source: github.com/Tokymin/SparseGPT, sparsegpt_mi.py; a score is the mean |x| of a group.
struct share_threshold {
    static constexpr std::string_view name = "share_threshold";
    static constexpr std::array<int, 5> widths{2, 3, 4, 6, 8};
    static constexpr std::array<double, 4> cuts{0.02, 0.05, 0.10, 0.15};

    [[nodiscard]] std::vector<std::uint32_t> levels(std::span<const double> scores) const {
        double sum = 0.0;
        for (const double s : scores) {
            sum += s;
        }
        std::vector<std::uint32_t> found(scores.size(), 0);
        for (index_t i = 0; i < scores.size(); ++i) {
            for (const double cut : cuts) {
                if (scores[i] / sum > cut) { ++found[i]; }
            }
        }
        return found;
    }
};

static_assert(score_rule<share_threshold>);

}  // namespace GRADUS_ISA
}  // namespace gradus
