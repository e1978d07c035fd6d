// SPDX-License-Identifier: MIT
// Dependence, groups, and the order that follows.
#include "groups.hpp"

#include <gradus/clustering/choose_count.hpp>
#include <gradus/clustering/histogram_dependence.hpp>
#include <gradus/clustering/spectral.hpp>
#include <gradus/compress/storage_order.hpp>

#include <array>
#include <charconv>
#include <numeric>

namespace compress_model {

using namespace gradus;

namespace {

result<square_matrix> correlation_by_products(const input_statistics<>& statistics) {
    const index_t n = statistics.width();
    square_matrix moments{n};
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < n; ++j) {
            moments(i, j) = static_cast<double>(statistics.products()(i, j));
        }
    }
    return correlation_of(moments.view());
}

result<square_matrix>
dependence_of(const session& job, const input_statistics<>& statistics, const token_sample* some) {
    if (some == nullptr) { return correlation_by_products(statistics); }
    auto found = histogram_dependence(some->view(), job.threads);
    if (!found) {
        return error{found.error().code,
                     "--dependence histogram: " + statistics.name() + ": " + found.error().message};
    }
    return found;
}

/// As many groups as `--clusters` says, or as many as make the best silhouette ("auto").
result<cluster_choice> groups_of(const session& job, const square_matrix& dependence) {
    const std::string& clusters = job.wanted.clusters;
    constexpr std::array<index_t, 5> candidates{2, 3, 4, 6, 8};
    std::array<index_t, 1> asked{};
    std::span<const index_t> counts{candidates};
    if (clusters != "auto") {
        const char* const end = clusters.data() + clusters.size();
        const auto [at, bad] = std::from_chars(clusters.data(), end, asked[0]);
        if (bad != std::errc{} || at != end || asked[0] < 2 || asked[0] > dependence.size()) {
            return error{errc::invalid_argument,
                         "--clusters '" + clusters + "' (expected a number from 2 to " +
                             std::to_string(dependence.size()) + ", or auto)"};
        }
        counts = asked;
    }
    return choose_by_silhouette(dependence.view(), spectral<>{}, counts);
}

/// Groups by their mean sensitivity, channels within as they come; and where groups begin.
stored_input grouped_order(const std::vector<index_t>& groups,
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
    std::vector<index_t> order(groups.size());
    std::iota(order.begin(), order.end(), index_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](index_t a, index_t b) { return rank[groups[a]] < rank[groups[b]]; });
    stored_input stored{std::move(order), false, {}};
    for (index_t i = 0; i < groups.size(); ++i) {
        const bool begins = i == 0 || groups[stored.order[i]] != groups[stored.order[i - 1]];
        if (begins) { stored.clusters.push_back(i); }
    }
    return stored;
}

}  // namespace

std::vector<index_t> sampled_tokens(const session& job) {
    if (job.wanted.clusters.empty() || job.wanted.dependence != "histogram") { return {}; }
    return choose_tokens(job.calibration.tokens(), most_sampled, job.wanted.seed.value_or(1));
}

result<stored_input> storage_order(const session& job,
                                   const input_statistics<>& statistics,
                                   const token_sample* some,
                                   std::span<const double> sensitivity,
                                   std::vector<finding>& findings) {
    stored_input stored;
    const index_t n = statistics.width();
    // As they come, a group has few columns that matter and its scale serves them; sorted, they
    // compete for it. On the reference model sorting gives up a third to a half below 4 bits and
    // gains nothing above; it serves grouped channels.
    stored.order.resize(n);
    std::iota(stored.order.begin(), stored.order.end(), index_t{0});
    stored.permuted = job.stores_order();
    if (job.wanted.clusters.empty()) {
        if (stored.permuted) { stored.order = order_by(sensitivity); }
        return stored;
    }
    const auto dependence = dependence_of(job, statistics, some);
    if (!dependence) { return dependence.error(); }
    const auto chosen = groups_of(job, *dependence);
    if (!chosen) { return chosen.error(); }
    std::string text = statistics.name() + ": " + std::to_string(chosen->count) +
                       " groups of channels by " + job.wanted.dependence + " dependence";
    if (some != nullptr) {
        const index_t rows = some->view().rows;
        text += " (" + std::to_string(rows) + " tokens, " +
                std::to_string(token_sample::memory(n, rows)) + " bytes)";
    }
    findings.push_back(
        {"clusters", text + ", silhouette " + finding_text::number(chosen->silhouette)});
    stored = grouped_order({chosen->labels.begin(), chosen->labels.end()}, sensitivity);
    stored.permuted = true;
    return stored;
}

}  // namespace compress_model
