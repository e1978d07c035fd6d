// SPDX-License-Identifier: MIT
// Paired differences of divergences, and sentences about them.
#include "compare.hpp"

#include <gradus/eval/paired.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace quantize_cache {
namespace {

struct pair_of_schemes {
    std::string_view series;
    std::string_view scheme;  ///< empty: every other one
    std::string_view beside;
};

constexpr std::array pairs = {pair_of_schemes{"mapping", "normal", "uniform"},
                              pair_of_schemes{"mapping", "adaptive", "uniform"},
                              pair_of_schemes{"mapping", "best_of", "uniform"},
                              pair_of_schemes{"importance", "off", "none"},
                              pair_of_schemes{"importance", "static", "off"},
                              pair_of_schemes{"importance", "dynamic", "static"},
                              pair_of_schemes{"combined", "best", "equal_split"},
                              pair_of_schemes{"combined", "best", "gains"},
                              pair_of_schemes{"ablation", "", "base"}};

std::string_view stem(std::string_view scheme) {
    return scheme.substr(0, scheme.find('@'));
}

std::string verdict(const gradus::paired_change& found, bool same) {
    if (same) { return "the same cache"; }
    return found.lower() ? "lower" : found.higher() ? "higher" : "no difference that can be told";
}

/// Whether it lowers the divergence by a tenth, and if not, why.
std::string
importance_verdict(const gradus::paired_change& found, double bits, const cache_bits_of& bound) {
    std::array<char, 400> text{};
    if (found.change <= -0.1) {
        std::snprintf(text.data(), text.size(), "importance lowers KLD by %.0f %% at %.2f bits",
                      -100.0 * found.change, bits);
        return text.data();
    }
    std::snprintf(text.data(), text.size(),
                  "importance does not lower KLD by 10 %% at %.2f bits (%+.0f %%): with many bits "
                  "the weights of this model's channels could save at most %.0f %% of the error of "
                  "keys and %.0f %% of values, and with few the widths of groups are too coarse to "
                  "follow them",
                  bits, 100.0 * found.change, 100.0 * bound.keys, 100.0 * bound.values);
    return text.data();
}

/// Where halves are the best split that was found, the best plan is theirs.
bool same_cache(const run& one, const run& other, std::size_t text) {
    return std::equal(one.windows[text].begin(), one.windows[text].end(),
                      other.windows[text].begin(), other.windows[text].end(),
                      [](const auto& a, const auto& b) { return a.divergence == b.divergence; });
}

comparison compare(const run& one,
                   const run& other,
                   const text_loss& text,
                   std::size_t t,
                   const cache_bits_of& bound) {
    const gradus::paired_change found =
        gradus::compare_divergence(one.windows[t], other.windows[t]);
    comparison pair{.text = text.text,
                    .series = one.series,
                    .scheme = one.scheme,
                    .beside = other.scheme,
                    .change = found.change,
                    .low = found.low,
                    .high = found.high,
                    .says = {}};
    const bool importance = one.series == "importance" && stem(one.scheme) == "static";
    pair.says = importance ? importance_verdict(found, one.effective_bits.both, bound)
                           : verdict(found, same_cache(one, other, t));
    return pair;
}

}  // namespace

std::vector<comparison> compare_runs(const std::vector<run>& runs,
                                     const std::vector<text_baseline>& texts,
                                     const cache_bits_of& bound) {
    std::vector<comparison> found;
    for (const pair_of_schemes& pair : pairs) {
        for (const run& one : runs) {
            const bool wanted = pair.scheme.empty() ? stem(one.scheme) != pair.beside
                                                    : stem(one.scheme) == pair.scheme;
            if (one.series != pair.series || !wanted || !one.target_bits) { continue; }
            const auto other = std::find_if(runs.begin(), runs.end(), [&](const run& r) {
                return r.series == pair.series && stem(r.scheme) == pair.beside &&
                       r.target_bits == one.target_bits;
            });
            if (other == runs.end()) { continue; }
            for (std::size_t t = 0; t < texts.size(); ++t) {
                found.push_back(compare(one, *other, one.losses[t], t, bound));
            }
        }
    }
    return found;
}

}  // namespace quantize_cache
