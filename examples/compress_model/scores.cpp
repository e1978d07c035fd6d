// SPDX-License-Identifier: MIT
// Criteria and clusterings of the library, chosen at run time.
#include "scores.hpp"

#include <gradus/clustering/choose_count.hpp>
#include <gradus/clustering/spectral.hpp>
#include <gradus/compress/storage_order.hpp>
#include <gradus/importance/enhanced.hpp>
#include <gradus/importance/enhanced_legacy.hpp>
#include <gradus/importance/score_channels.hpp>

#include <array>
#include <charconv>

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

result<std::vector<index_t>> groups_of(const std::string& clusters,
                                       const input_statistics<>& statistics,
                                       std::vector<finding>& findings) {
    const index_t n = statistics.width();
    square_matrix moments{n};
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            moments(i, j) = static_cast<double>(statistics.products()(i, j));
        }
    }
    const auto rho = correlation_of(moments.view());
    if (!rho) { return rho.error(); }
    constexpr std::array<index_t, 5> candidates{2, 3, 4, 6, 8};
    std::array<index_t, 1> asked{};
    std::span<const index_t> counts{candidates};
    if (clusters != "auto") {
        const char* const end = clusters.data() + clusters.size();
        const auto [at, bad] = std::from_chars(clusters.data(), end, asked[0]);
        if (bad != std::errc{} || at != end || asked[0] < 2 || asked[0] > n) {
            return error{errc::invalid_argument, "--clusters '" + clusters +
                                                     "' (expected a number from 2 to " +
                                                     std::to_string(n) + ", or auto)"};
        }
        counts = asked;
    }
    auto chosen = choose_by_silhouette(rho->view(), spectral<>{}, counts);
    if (!chosen) { return chosen.error(); }
    findings.push_back({"clusters", statistics.name() + ": " + std::to_string(chosen->count) +
                                        " groups of channels, silhouette " +
                                        finding_text::number(chosen->silhouette)});
    return std::vector<index_t>(chosen->labels.begin(), chosen->labels.end());
}

std::vector<index_t> grouped_order(std::span<const index_t> groups,
                                   std::span<const double> sensitivity) {
    const index_t count = 1 + *std::max_element(groups.begin(), groups.end());
    std::vector<double> sum(count);
    std::vector<double> members(count);
    for (index_t j = 0; j < groups.size(); ++j) {
        sum[groups[j]] += sensitivity[j];
        members[groups[j]] += 1.0;
    }
    std::vector<double> means(count);
    for (index_t g = 0; g < count; ++g) {
        means[g] = members[g] > 0.0 ? sum[g] / members[g] : 0.0;
    }
    std::vector<index_t> rank(count);
    const std::vector<index_t> by_mean = order_by(means);
    for (index_t i = 0; i < count; ++i) {
        rank[by_mean[i]] = i;
    }
    std::vector<index_t> order = order_by(sensitivity);
    std::stable_sort(order.begin(), order.end(),
                     [&](index_t a, index_t b) { return rank[groups[a]] < rank[groups[b]]; });
    return order;
}

}  // namespace compress_model
