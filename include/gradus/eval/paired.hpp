// SPDX-License-Identifier: MIT
// How two models differ that read the same windows.
#pragma once

#include <gradus/eval/losses.hpp>

#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Of the divergences of two models, as parts of that of the second: -0.1 is ten per cent less.
/// Low and high are the ends of the interval of the difference.
struct paired_change {
    double change = 0.0;
    double low = 0.0;
    double high = 0.0;

    [[nodiscard]] bool lower() const noexcept { return high < 0.0; }

    [[nodiscard]] bool higher() const noexcept { return low > 0.0; }
};

/// Differences are taken window by window: what makes a text hard for both cancels.
[[nodiscard]] inline paired_change compare_divergence(std::span<const window_losses> one,
                                                      std::span<const window_losses> beside,
                                                      const bootstrap_options& options = {}) {
    GRADUS_EXPECT(one.size() == beside.size() && !one.empty());
    std::vector<double> differences;
    std::vector<double> weights;
    double total = 0.0;
    double rival = 0.0;
    double positions = 0.0;
    for (index_t i = 0; i < one.size(); ++i) {
        differences.push_back(one[i].divergence - beside[i].divergence);
        weights.push_back(static_cast<double>(one[i].positions));
        total += differences.back();
        rival += beside[i].divergence;
        positions += weights.back();
    }
    if (rival <= 0.0) { return {}; }
    const confidence_interval ends = bootstrap_mean(differences, weights, options);
    return {total / rival, ends.low * positions / rival, ends.high * positions / rival};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
