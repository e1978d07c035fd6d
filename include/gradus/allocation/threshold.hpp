// SPDX-License-Identifier: MIT
// Legacy: three widths by fixed multiples of the mean score.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// 8 bits where score > high * mean, 2 where score < low * mean, 4 otherwise.
///
/// Legacy: for comparison with results of the research code only. It hits no target: the average is
/// whatever the scores make of it, and equal scores get 4 bits at any request.
/// Source: github.com/Tokymin/SparseGPT, sparsegpt_toky.py. There the score belonged to rows and
/// was
///         read as if it belonged to columns, and all widths shared the grid of one; not repeated.
struct threshold {
    static constexpr std::string_view name = "threshold";
    static constexpr std::array<int, 3> widths{2, 4, 8};

    double low = 0.5;
    double high = 1.2;

    [[nodiscard]] std::vector<std::uint32_t> levels(std::span<const double> scores) const {
        double sum = 0.0;
        for (const double s : scores) {
            sum += s;
        }
        const double mean = sum / static_cast<double>(scores.size());
        std::vector<std::uint32_t> found(scores.size());
        for (index_t i = 0; i < scores.size(); ++i) {
            const double relative = scores[i] / mean;  // all scores 0: NaN, which is in the middle
            found[i] = relative > high ? 2 : relative < low ? 0 : 1;
        }
        return found;
    }
};

static_assert(score_rule<threshold>);

}  // namespace GRADUS_ISA
}  // namespace gradus
