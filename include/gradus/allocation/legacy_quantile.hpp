// SPDX-License-Identifier: MIT
// Legacy: five widths, each for a fifth of the items.
#pragma once

#include <gradus/concepts/allocation.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>
#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// With q(p) the p-quantile of the scores, linear between order statistics at p (n - 1):
///
///     2 bits below q(.2), 3 below q(.4), 4 below q(.6), 6 below q(.8), 8 otherwise
///
/// Legacy: for comparison with results of the research code only. It hits no target: the average is
/// 4.60 bits whatever was asked for, and ties go up (equal scores all get 8 bits).
/// Source: github.com/Tokymin/SparseGPT, sparsegpt_enhanced.py.
struct legacy_quantile {
    static constexpr std::string_view name = "legacy_quantile";
    static constexpr std::array<int, 5> widths{2, 3, 4, 6, 8};

    [[nodiscard]] std::vector<std::uint32_t> levels(std::span<const double> scores) const {
        std::vector<double> sorted(scores.begin(), scores.end());
        std::sort(sorted.begin(), sorted.end());
        std::vector<std::uint32_t> found(scores.size(), 0);
        for (index_t fifth = 1; fifth < 5 && !sorted.empty(); ++fifth) {
            // In whole numbers: .6 (n - 1) in floating point may fall just short of one.
            const index_t position = fifth * (sorted.size() - 1);
            const double below = sorted[position / 5];
            const double above = sorted[std::min(position / 5 + 1, sorted.size() - 1)];
            const double part = static_cast<double>(position % 5) / 5.0;
            const double cut = below + rounded(part * (above - below));
            for (index_t i = 0; i < scores.size(); ++i) {
                if (scores[i] >= cut) { ++found[i]; }
            }
        }
        return found;
    }
};

static_assert(score_rule<legacy_quantile>);

}  // namespace GRADUS_ISA
}  // namespace gradus
