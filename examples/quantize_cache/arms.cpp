// SPDX-License-Identifier: MIT
// The runs of each series.
#include "arms.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::any_vectors;
using gradus::channel_importance;
using gradus::kv_normalization;
using gradus::kv_vectors;
using gradus::plan_options;

std::string at(const std::string& name, double target) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "@%g", target);
    return name + text.data();
}

any_vectors vectors(kv_vectors kind, bool centered, gradus::index_t group) {
    return {{kind, centered, group}, {}};
}

/// f16 scales a token and 32 channels, as the block formats of other engines have them.
arm uniform(int width, bool rotated) {
    const any_vectors cut = vectors(kv_vectors::token, true, 32);
    return {"rivals",
            "uniform" + std::to_string(width) + "_g32" + (rotated ? "_rotated" : ""),
            {},
            fixed_cache{.keys = cut,
                        .values = cut,
                        .key_width = width,
                        .value_width = width,
                        .rotated = rotated}};
}

/// Keys by channel over blocks of `group` tokens and values by token over as many channels, offset
/// grids; the last `window` tokens as f16, none: keys and values that no window protects.
arm kivi(int width, gradus::index_t group, gradus::index_t window, bool rotated) {
    return {"rivals",
            "kivi" + std::to_string(width) + "_g" + std::to_string(group) +
                (window > 0 ? "_window" + std::to_string(window) : "") +
                (rotated ? "_rotated" : ""),
            {},
            fixed_cache{.keys = vectors(kv_vectors::channel, false, 0),
                        .values = vectors(kv_vectors::token, false, group),
                        .key_width = width,
                        .value_width = width,
                        .block = group,
                        .window = window,
                        .tokens_a_step = window > 0 ? gradus::index_t{1} : gradus::index_t{0},
                        .rotated = rotated}};
}

void add_rivals(std::vector<arm>& arms) {
    arms.push_back({"rivals",
                    "f16",
                    {},
                    fixed_cache{.keys = {}, .values = {}, .key_width = 16, .value_width = 16}});
    for (const int width : {8, 6, 4, 3, 2}) {
        arms.push_back(uniform(width, true));
    }
    for (const int width : {8, 4, 2}) {
        arms.push_back(uniform(width, false));
    }
    for (const int width : {4, 3, 2}) {
        arms.push_back(kivi(width, 32, 0, false));
        arms.push_back(kivi(width, 32, 32, false));
    }
    // As published for LongBench (G 32, R 128): of a context of 256 half is then f16, and the bits
    // count it. The groups of 128 of other papers exceed heads of 64 channels: values then have
    // one group a head.
    for (const int width : {4, 2}) {
        arms.push_back(kivi(width, 32, 128, false));
        arms.push_back(kivi(width, 128, 0, false));
    }
    arms.push_back(kivi(4, 32, 0, true));
}

/// Every mapping, and the best of all for each head.
plan_options mapping_options(bool uniform, bool normal, bool adaptive) {
    plan_options options;
    options.mappings = {uniform, normal, adaptive};
    return options;
}

plan_options best_options() {
    return mapping_options(true, true, true);
}

void add_mappings(std::vector<arm>& arms, const std::vector<double>& targets) {
    const auto add = [&](const std::string& name, plan_options options, double target) {
        options.importance = channel_importance::flat;
        arms.push_back({"mapping", at(name, target), target, decided_cache{options}});
    };
    for (const double target : targets) {
        add("uniform", mapping_options(true, false, false), target);
        add("normal", mapping_options(false, true, false), target);
        add("adaptive", mapping_options(false, false, true), target);
        add("best_of", best_options(), target);
    }
}

/// All with halves for keys and values and prices that are tried out: plans by gains alone can be
/// several times off where channels are not told apart, and importance would have the credit.
void add_importance(std::vector<arm>& arms, const std::vector<double>& targets) {
    for (const double target : targets) {
        const auto add = [&](const std::string& name, channel_importance rule, bool dynamic) {
            plan_options options = mapping_options(true, false, false);
            options.importance = rule;
            arms.push_back({"importance", at(name, target), target,
                            decided_cache{options, tried_split::halves, dynamic}});
        };
        add("none", channel_importance::none, false);
        add("off", channel_importance::flat, false);
        add("static", channel_importance::weighed, false);
        add("dynamic", channel_importance::weighed, true);
    }
}

void add_combined(std::vector<arm>& arms,
                  const std::vector<double>& targets,
                  const std::vector<double>& split_targets) {
    const auto add = [&](const std::string& name, tried_split split, double target) {
        arms.push_back(
            {"combined", at(name, target), target, decided_cache{best_options(), split}});
    };
    for (const double target : targets) {
        add("best", tried_split::best, target);
    }
    for (const double target : split_targets) {
        add("equal_split", tried_split::halves, target);
        add("gains", tried_split::none, target);
    }
}

void add_ablation(std::vector<arm>& arms, double target) {
    const auto add = [&](const std::string& name, const plan_options& options) {
        arms.push_back({"ablation", at(name, target), target, decided_cache{options}});
    };
    add("base", best_options());
    for (const gradus::index_t group : {32u, 64u, 128u}) {
        plan_options options = best_options();
        options.keys.how.group = options.values.how.group = group;
        add("g" + std::to_string(group), options);
    }
    plan_options options = best_options();
    options.block = 32;
    add("G32", options);
    options = best_options();
    options.most_trained = 3;
    add("levels_to_8", options);
    options = best_options();
    options.shift = false;
    add("no_shift", options);
    options = best_options();
    options.order = false;
    add("no_order", options);
}

void add_qaq(std::vector<arm>& arms, double target) {
    for (const double error : {0.003, 0.01, 0.03}) {
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "qaq_error%g", error);
        arms.push_back({"qaq", name.data(), {}, qaq_cache{gradus::qaq_rule::paper, error}});
    }
    arms.push_back({"qaq", at("qaq", target), target, qaq_cache{gradus::qaq_rule::paper}});
    arms.push_back({"qaq", at("qaq_code", target), target, qaq_cache{gradus::qaq_rule::code}});
}

void add_activations(std::vector<arm>& arms) {
    using enum activation_rule;
    constexpr std::pair<activation_rule, const char*> rules[] = {
        {floats, "_weights_only"},
        {per_token, "a8_token"},
        {clipped, "a8_clipped"},
        {clipped_outliers, "a8_clipped_outliers_f16"},
        {static_percentile, "a8_static_percentile"},
        {static_average, "a8_static_average"},
        {static_kl, "a8_static_kl"},
        {outliers, "a8_outliers_f16"},
        {int16, "a16_token"},
        {bf16, "_bf16"}};
    for (const int width : {8, 4}) {
        for (const auto& [rule, name] : rules) {
            arms.push_back({"activations",
                            "w" + std::to_string(width) + name,
                            {},
                            rounded_activations{width, rule}});
        }
    }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> series_names() {
    return {{"rivals", "f16, uniform in groups of 32 with and without rotation, KIVI-like"},
            {"mapping", "uniform, normal, adaptive, and the best for each head"},
            {"importance", "channels told apart or not, at equal bits"},
            {"combined", "mapping and importance together, from few bits to many"},
            {"ablation", "feature groups, blocks, codebooks, shift, order"},
            {"qaq", "bits from an error target, by the paper's rule and by its code"},
            {"activations", "W8A8 and W4A8 through the kernels, beside the weights alone"}};
}

gradus::result<std::vector<arm>> planned_arms(const options& wanted) {
    std::string known;
    for (const auto& [name, about] : series_names()) {
        known += (known.empty() ? "" : ", ") + name;
    }
    for (const std::string& series : wanted.series) {
        if ((", " + known + ",").find(", " + series + ",") == std::string::npos) {
            return gradus::error{gradus::errc::invalid_argument,
                                 "there is no series '" + series + "' (" + known + ")"};
        }
    }
    const auto targets = [&](std::vector<double> otherwise) {
        return wanted.targets.empty() ? otherwise : wanted.targets;
    };
    std::vector<arm> all;
    add_rivals(all);
    add_mappings(all, targets({4.25, 6.25}));
    add_importance(all, targets({3.25, 4.25}));
    add_combined(all, targets({2.5, 3.0, 3.5, 4.0, 4.25, 4.5, 5.0, 6.0, 8.0}),
                 targets({2.5, 3.0, 3.5, 4.0, 4.25}));
    add_ablation(all, targets({4.25}).front());
    add_qaq(all, targets({6.0}).front());
    add_activations(all);
    if (!wanted.series.empty()) {
        std::erase_if(all, [&](const arm& one) {
            return std::find(wanted.series.begin(), wanted.series.end(), one.series) ==
                   wanted.series.end();
        });
    }
    return all;
}

}  // namespace quantize_cache
