// SPDX-License-Identifier: MIT
// Criteria of the library, chosen at run time.
#include "scores.hpp"

#include <gradus/importance/enhanced.hpp>
#include <gradus/importance/enhanced_legacy.hpp>
#include <gradus/importance/score_channels.hpp>

namespace compress_model {

using namespace gradus;

result<std::vector<double>> scores_of(const std::string& criterion,
                                      const named_matrix& matrix,
                                      const input_statistics<>& statistics,
                                      std::span<const double> pivots) {
    const index_t n = statistics.width();
    std::vector<double> magnitude(n);
    std::vector<double> variance(n);
    std::vector<double> diagonal(n);
    std::vector<double> factor(n);  // of H^-1 = R^T R, R = U^-1
    for (index_t j = 0; j < n; ++j) {
        magnitude[j] = statistics.moments().mean_magnitude(j);
        variance[j] = statistics.moments().variance(j);
        diagonal[j] = static_cast<double>(statistics.products()(j, j));
        factor[j] = 1.0 / pivots[j];
    }
    const channel_statistics known{magnitude, variance, diagonal, factor};
    const auto by = [&](const auto& c) { return score_channels(c, matrix.view(), known); };
    if (criterion == "enhanced") { return by(enhanced{}); }
    if (criterion == "enhanced_legacy") { return by(enhanced_legacy{}); }
    if (criterion == "activation_energy") { return by(activation_energy{}); }
    if (criterion == "curvature") { return by(curvature{}); }
    if (criterion == "weight_magnitude") { return by(weight_magnitude{}); }
    if (criterion == "output_sensitivity") { return by(output_sensitivity{}); }
    if (criterion == "activation_variance") { return by(activation_variance{}); }
    return error{errc::invalid_argument, "importance '" + criterion + "' is not known"};
}

}  // namespace compress_model
