// SPDX-License-Identifier: MIT
// Five terms multiplied: what is large in one unit does not drown the others.
#pragma once

#include <gradus/core/exponential.hpp>
#include <gradus/core/logarithm.hpp>
#include <gradus/importance/five_terms.hpp>

#include <cmath>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = product over terms of (term_j / mean of the term)^share, shares summing to 1; then
/// divided by the mean of all scores.
///
/// Ratios of scores do not depend on the units of weights and activations. A term tells a channel
/// down to `least_ratio` of its mean at most, so that a single zero (a constant input has no
/// variance) does not settle the matter; a term that is zero everywhere says nothing. Source: this
/// library.
struct enhanced {
    static constexpr std::string_view name = "enhanced";
    static constexpr double least_ratio = 1e-6;

    term_shares shares{};
    compensation by = compensation::none;

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& statistics) const noexcept {
        return terms_ready(cols, statistics, shares, by);
    }

    [[nodiscard]] std::vector<double> operator()(weights_view weights,
                                                 const channel_statistics& statistics) const {
        const auto terms = terms_of(weights, statistics, shares, by);
        const double total = total_share(terms);
        std::vector<double> logs(weights.cols, 0.0);
        if (mark_faults(terms, logs)) { return logs; }
        for (const importance_term& term : terms) {
            add_logs(term.scores, term.share / total, logs);
        }
        double sum = 0.0;
        for (double& score : logs) {
            score = exp2_exactly(score);
            sum += score;
        }
        const double mean = sum / static_cast<double>(logs.size());
        for (double& score : logs) {
            score /= mean;
        }
        return logs;
    }

  private:
    /// A channel with a term that is no number of at least 0 gets NaN, for callers to name it by.
    static bool mark_faults(std::span<const importance_term> terms, std::span<double> scores) {
        bool any = false;
        for (const importance_term& term : terms) {
            for (index_t j = 0; j < scores.size(); ++j) {
                if (std::isfinite(term.scores[j]) && term.scores[j] >= 0.0) { continue; }
                scores[j] = std::numeric_limits<double>::quiet_NaN();
                any = true;
            }
        }
        return any;
    }

    static void add_logs(std::span<const double> scores, double share, std::span<double> logs) {
        double sum = 0.0;
        for (const double s : scores) {
            sum += s;
        }
        const double mean = sum / static_cast<double>(scores.size());
        if (mean == 0.0) { return; }
        for (index_t j = 0; j < scores.size(); ++j) {
            logs[j] += rounded(share * log2_exactly(greatest(scores[j] / mean, least_ratio)));
        }
    }
};

static_assert(importance_criterion<enhanced>);

}  // namespace GRADUS_ISA
}  // namespace gradus
