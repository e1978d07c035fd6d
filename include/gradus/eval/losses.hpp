// SPDX-License-Identifier: MIT
// What quantization costs: perplexity, divergence and agreement, with their intervals.
#pragma once

#include <gradus/eval/bootstrap.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Sums over the scored positions of one window; `float_` is the model that is compared with.
struct window_losses {
    double nats = 0.0;        ///< of the model
    double float_nats = 0.0;  ///< of the float model
    double divergence = 0.0;  ///< KL(float || model), nats
    index_t agreed = 0;       ///< positions where both hold the same token for the best
    index_t positions = 0;
};

/// Means over the scored positions of a text; low and high are the ends of the 95 % intervals.
struct losses {
    double ppl = 0.0;
    double float_ppl = 0.0;
    double ppl_ratio = 0.0;
    double ln_ratio = 0.0;  ///< nats a position
    double ln_ratio_low = 0.0;
    double ln_ratio_high = 0.0;
    double kld = 0.0;  ///< nats a position
    double kld_low = 0.0;
    double kld_high = 0.0;
    double top1 = 0.0;  ///< fraction, 0 to 1
    index_t positions = 0;
};

/// Adds windows up in their order. Intervals are paired: both models saw the same windows.
[[nodiscard]] inline losses summarize(std::span<const window_losses> windows,
                                      const bootstrap_options& options = {}) {
    GRADUS_EXPECT(!windows.empty());
    std::vector<double> worse;
    std::vector<double> divergences;
    std::vector<double> weights;
    window_losses total;
    for (const window_losses& w : windows) {
        worse.push_back(w.nats - w.float_nats);
        divergences.push_back(w.divergence);
        weights.push_back(static_cast<double>(w.positions));
        total.nats += w.nats;
        total.float_nats += w.float_nats;
        total.divergence += w.divergence;
        total.agreed += w.agreed;
        total.positions += w.positions;
    }
    const auto count = static_cast<double>(total.positions);
    const confidence_interval ratio = bootstrap_mean(worse, weights, options);
    const confidence_interval kld = bootstrap_mean(divergences, weights, options);
    const double ln_ratio = (total.nats - total.float_nats) / count;
    return {.ppl = std::exp(total.nats / count),
            .float_ppl = std::exp(total.float_nats / count),
            .ppl_ratio = std::exp(ln_ratio),
            .ln_ratio = ln_ratio,
            .ln_ratio_low = ratio.low,
            .ln_ratio_high = ratio.high,
            .kld = total.divergence / count,
            .kld_low = kld.low,
            .kld_high = kld.high,
            .top1 = static_cast<double>(total.agreed) / count,
            .positions = total.positions};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
