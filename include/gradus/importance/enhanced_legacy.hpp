// SPDX-License-Identifier: MIT
// Legacy: five terms, each over its mean, added up.
#pragma once

#include <gradus/core/real.hpp>
#include <gradus/importance/five_terms.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// score_j = sum over terms of share * term_j / (mean of the term + 1e-8);  its mean is 1.
///
/// Legacy: for comparison with results of the research code only. Three terms measure the size of
/// the activations and the curvature term falls where they rise, so that the sum is nearly flat
/// (layers with all scores within 2 % of each other are on record); a term with one huge value
/// rules the mean. `enhanced` has neither fault. Source: github.com/Tokymin/SparseGPT,
/// sparsegpt_enhanced.py, exactly, with all shares as they are.
struct enhanced_legacy {
    static constexpr std::string_view name = "enhanced_legacy";

    term_shares shares{};
    compensation by = compensation::legacy_inverse;

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& statistics) const noexcept {
        return terms_ready(cols, statistics, shares, by);
    }

    [[nodiscard]] std::vector<double> operator()(weights_view weights,
                                                 const channel_statistics& statistics) const {
        constexpr double epsilon = 1e-8;
        const auto terms = terms_of(weights, statistics, shares, by);
        const double total = total_share(terms);
        std::vector<double> found(weights.cols, 0.0);
        for (const importance_term& term : terms) {
            double sum = 0.0;
            for (const double s : term.scores) {
                sum += s;
            }
            const double mean = sum / static_cast<double>(weights.cols) + epsilon;
            for (index_t j = 0; j < found.size(); ++j) {
                found[j] += rounded(term.share / total * (term.scores[j] / mean));
            }
        }
        return found;
    }
};

static_assert(importance_criterion<enhanced_legacy>);

}  // namespace GRADUS_ISA
}  // namespace gradus
