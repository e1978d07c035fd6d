// SPDX-License-Identifier: MIT
// The five terms of a combined score, and their shares in it.
#pragma once

#include <gradus/importance/activation_energy.hpp>
#include <gradus/importance/activation_variance.hpp>
#include <gradus/importance/curvature.hpp>
#include <gradus/importance/output_sensitivity.hpp>
#include <gradus/importance/weight_magnitude.hpp>

#include <array>

namespace gradus {

/// How much each term counts. A term of share 0 is left out, and needs no statistics; the shares of
/// the others are taken relative to their sum.
struct term_shares {
    double activation_energy = 0.25;
    double curvature = 0.25;
    double weight_magnitude = 0.15;
    double output_sensitivity = 0.25;
    double activation_variance = 0.10;
};

inline namespace GRADUS_ISA {

/// One term: scores of all channels, and its share.
struct importance_term {
    std::string_view name;
    double share;
    std::vector<double> scores;  ///< [cols]
};

/// The terms whose share is not 0, in the order of term_shares.
[[nodiscard]] inline std::vector<importance_term> terms_of(weights_view weights,
                                                           const channel_statistics& statistics,
                                                           const term_shares& shares,
                                                           compensation by) {
    std::vector<importance_term> terms;
    const auto add = [&]<importance_criterion C>(const C& criterion, double share) {
        if (share != 0.0) { terms.push_back({C::name, share, criterion(weights, statistics)}); }
    };
    add(activation_energy{}, shares.activation_energy);
    add(curvature{by}, shares.curvature);
    add(weight_magnitude{}, shares.weight_magnitude);
    add(output_sensitivity{}, shares.output_sensitivity);
    add(activation_variance{}, shares.activation_variance);
    return terms;
}

/// Whether the statistics of all terms whose share is not 0 are there.
[[nodiscard]] inline bool terms_ready(index_t cols,
                                      const channel_statistics& statistics,
                                      const term_shares& shares,
                                      compensation by) noexcept {
    const bool energy = shares.activation_energy != 0.0 || shares.output_sensitivity != 0.0;
    return (!energy || activation_energy{}.ready(cols, statistics)) &&
           (shares.curvature == 0.0 || curvature{by}.ready(cols, statistics)) &&
           (shares.activation_variance == 0.0 || activation_variance{}.ready(cols, statistics));
}

/// The sum of all shares that count.
[[nodiscard]] inline double total_share(std::span<const importance_term> terms) noexcept {
    double total = 0.0;
    for (const importance_term& term : terms) {
        total += term.share;
    }
    return total;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
