// SPDX-License-Identifier: MIT
// What calibration text says about keys and values, measured when it is first asked for.
#include "plans.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::index_t;
using gradus::kv_kind;

std::string key_of(const gradus::plan_options& o) {
    std::string key;
    const auto add = [&](auto value) { key += std::to_string(value) + " "; };
    for (const gradus::any_vectors* side : {&o.keys, &o.values}) {
        add(static_cast<int>(side->how.vectors));
        add(static_cast<int>(side->how.centered));
        add(side->how.group);
        add(side->how.outlier_share);
        add(static_cast<int>(side->fit.normalization));
        add(side->fit.shrinks);
    }
    add(o.block);
    add(static_cast<int>(o.mappings.uniform) + 2 * static_cast<int>(o.mappings.normal) +
        4 * static_cast<int>(o.mappings.adaptive));
    add(static_cast<int>(o.importance));
    add(static_cast<int>(o.shift) + 2 * static_cast<int>(o.order));
    add(o.phases);
    add(o.amortised);
    add(o.sample_tokens);
    add(o.most_trained);
    return key;
}

/// Every other window searches, those in between confirm.
void prepare_tuning(session& shared, gradus::thread_pool& threads) {
    if (shared.tuning) { return; }
    const measured_text& text = shared.calibration;
    for (index_t i = 0; i < text.windows.size(); ++i) {
        (i % 2 == 0 ? shared.search : shared.confirm).push_back(text.windows[i]);
    }
    const auto base = [&](const std::vector<gradus::window>& windows) {
        return gradus::baseline<gradus::llama>{
            *shared.model, {text.tokens, windows}, threads, index_t{1} << 30};
    };
    shared.tuning.emplace(
        gradus::tuning_text<gradus::llama>{base(shared.search), base(shared.confirm)});
}

}  // namespace

gradus::result<gradus::measured_cache*>
measured_with(session& shared, const gradus::plan_options& options, gradus::thread_pool& threads) {
    const std::string key = key_of(options);
    const auto known = shared.measured.find(key);
    if (known != shared.measured.end()) { return &known->second; }
    auto measured = gradus::measure_cache(shared.statistics, options, threads);
    if (!measured) { return measured.error(); }
    return &shared.measured.emplace(key, std::move(measured).value()).first->second;
}

gradus::status
set_gains(session& shared, gradus::measured_cache& measured, gradus::thread_pool& threads) {
    if (measured.options.importance == gradus::channel_importance::none) { return gradus::done{}; }
    // What an error costs depends on what tells channels apart: gains of their own for each.
    gradus::plan_options options;
    options.mappings = {true, true, true};
    options.importance = measured.options.importance;
    const auto all = measured_with(shared, options, threads);
    if (!all) { return all.error(); }
    std::vector<double>& gains = all.value()->gains;
    const bool known = std::any_of(gains.begin(), gains.end(), [](double g) { return g != 1.0; });
    if (!known) {
        constexpr index_t gain_windows = 4;
        const measured_text& text = shared.calibration;
        const auto few = std::span{text.windows}.first(std::min(gain_windows, text.windows.size()));
        const gradus::window_set set{text.tokens, few};
        const gradus::baseline<gradus::llama> base{*shared.model, set, threads, index_t{1} << 30};
        gradus::measure_gains(*all.value(), base, *shared.model, threads);
    }
    measured.gains = gains;
    return gradus::done{};
}

gradus::result<gradus::cache_plan> planned(session& shared,
                                           const decided_cache& how,
                                           const gradus::measured_cache& measured,
                                           double target,
                                           gradus::thread_pool& threads) {
    if (how.split == tried_split::none) { return gradus::plan_cache(measured, target); }
    prepare_tuning(shared, threads);
    const std::string key = key_of(how.options) + std::to_string(target);
    auto known = shared.tuned.find(key);
    if (known == shared.tuned.end()) {
        auto tuned = gradus::tune_split(measured, target, *shared.tuning, *shared.model, threads);
        if (!tuned) { return tuned.error(); }
        known = shared.tuned.emplace(key, std::move(tuned).value()).first;
    }
    return how.split == tried_split::best ? known->second.plan : known->second.halves;
}

cache_bits_of importance_bound(const session& shared) {
    const auto saved = [](const std::vector<double>& weights) {
        double sum = 0.0;
        double logarithms = 0.0;
        for (const double w : weights) {
            sum += w;
            logarithms += std::log(std::max(w, 1e-300));
        }
        const auto count = static_cast<double>(weights.size());
        return sum > 0.0 ? 1.0 - std::exp(logarithms / count) / (sum / count) : 0.0;
    };
    cache_bits_of bound;
    double heads = 0.0;
    for (const auto& layer : shared.statistics) {
        for (const gradus::head_statistics& head : layer) {
            bound.keys += saved(head.key_weights);
            bound.values += saved(head.value_weights);
            heads += 1.0;
        }
    }
    return {bound.keys / heads, bound.values / heads, 0.5 * (bound.keys + bound.values) / heads};
}

gradus::result<std::vector<head_choice>> compare_mappings(session& shared,
                                                          gradus::thread_pool& threads) {
    gradus::plan_options options;
    options.mappings = {true, true, true};
    const auto measured = measured_with(shared, options, threads);
    if (!measured) { return measured.error(); }
    constexpr int width = 4;
    static constexpr const char* names[] = {"uniform", "normal", "adaptive"};
    std::vector<head_choice> heads;
    for (index_t layer = 0; layer < measured.value()->layers; ++layer) {
        for (index_t h = 0; h < measured.value()->shape.heads; ++h) {
            for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
                const auto& at = measured.value()->head(layer, h, kind).widths[width];
                const double chosen = at.by_mapping[static_cast<index_t>(at.mapping)];
                heads.push_back({"layer " + std::to_string(layer) + " head " + std::to_string(h) +
                                     (kind == kv_kind::key ? " keys" : " values"),
                                 width, names[static_cast<index_t>(at.mapping)],
                                 at.by_mapping[0] / chosen, at.by_mapping[1] / chosen,
                                 at.by_mapping[2] / chosen});
            }
        }
    }
    return heads;
}

}  // namespace quantize_cache
