// SPDX-License-Identifier: MIT
// Defaults, and what contradicts itself.
#include "complete.hpp"

#include <gradus/compress/findings.hpp>

#include <algorithm>

namespace compress_model {

using namespace gradus;

namespace {

/// What was given and could not have an effect.
status refuse_idle_options(const options& wanted) {
    const auto idle = [](const std::string& why) { return error{errc::invalid_argument, why}; };
    if (wanted.fresh && wanted.output.empty()) {
        return idle("--fresh has no effect without --output");
    }
    const auto& from = wanted.calibrate;
    const bool writes = from.empty() || std::find(from.begin(), from.end(), "self") != from.end();
    const bool samples = wanted.dependence == "histogram";
    if (wanted.seed && !writes && !samples) {
        return idle("--seed has no effect without --calibrate self");
    }
    if (wanted.quality != 0 && wanted.sparsity.empty()) {
        return idle("--quality has no effect without zeros by --sparsity");
    }
    const bool legacy = wanted.allocator == "threshold" || wanted.allocator == "legacy_quantile";
    if (legacy && !wanted.widths.empty()) {
        return idle("--widths has no effect: the rule '" + wanted.allocator +
                    "' has widths of its own");
    }
    const auto& widths = wanted.widths;
    if (!wanted.sparsity.empty() && std::find(widths.begin(), widths.end(), 1) != widths.end()) {
        return idle("--widths 1 has no effect with --sparsity: binary codes have no zero");
    }
    if (wanted.clusters.empty() && wanted.dependence == "histogram") {
        return idle("--dependence has no effect without --clusters");
    }
    const bool measured = wanted.allocator == "budget" && wanted.importance == "measured";
    if (wanted.fixed_groups && !measured) {
        return idle("--fixed-groups has no effect: scores do not tell what a scale is worth, so "
                    "that all groups are fixed");
    }
    if (!wanted.clusters.empty() && wanted.storage == "sorted") {
        return idle("--storage has no effect: --clusters orders the columns");
    }
    return done{};
}

/// Errors: rules that need others.
status refuse_contradictions(const options& wanted) {
    if (wanted.widths.back() == 0) {
        return error{errc::invalid_argument, "--widths 0 alone prunes everything (no-quantizer)"};
    }
    if (!wanted.clusters.empty() && wanted.dependence == "none") {
        return error{errc::invalid_argument,
                     "--clusters groups by dependence, and --dependence is none"};
    }
    const bool scored = wanted.allocator != "budget";
    if (scored && wanted.importance == "measured") {
        return error{errc::invalid_argument, "--allocator " + wanted.allocator +
                                                 " starts from scores; name one by --importance"};
    }
    if (const auto lone = find_lossless("the model", 0.0, wanted.widths.front(), wanted.group, 0)) {
        return error{errc::invalid_argument,
                     "--group 1: " + lone->message + " (" + std::string{lone->id} + ")"};
    }
    if (wanted.block % wanted.group != 0) {
        return error{errc::invalid_argument, "--block " + std::to_string(wanted.block) +
                                                 " is no multiple of --group " +
                                                 std::to_string(wanted.group)};
    }
    return done{};
}

/// The embedded model, with its own text.
void embed(options& wanted) {
    wanted.model = COMPRESS_MODEL_EMBEDDED;
    if (!wanted.token_files.empty() || !wanted.byte_files.empty()) { return; }
    wanted.byte_files.push_back(wanted.model + "/self-text.bin");
    if (!wanted.limit) { wanted.limit = 33024; }  // 129 windows of 256
}

}  // namespace

status complete(options& wanted) {
    if (status sound = refuse_idle_options(wanted); !sound) { return sound; }
    if (wanted.calibrate.empty()) { wanted.calibrate = {"self"}; }
    if (wanted.bits.empty() && wanted.code_bits.empty()) { wanted.bits = {3.0, 4.0}; }
    if (wanted.widths.empty()) { wanted.widths = {2, 3, 4, 5, 6, 8}; }
    std::sort(wanted.widths.begin(), wanted.widths.end());
    wanted.widths.erase(std::unique(wanted.widths.begin(), wanted.widths.end()),
                        wanted.widths.end());
    if (status sound = refuse_contradictions(wanted); !sound) { return sound; }
    if (wanted.allocator == "threshold") { wanted.widths = {2, 4, 8}; }
    if (wanted.allocator == "legacy_quantile") { wanted.widths = {2, 3, 4, 6, 8}; }
    if (wanted.model.empty()) { embed(wanted); }
    if (wanted.token_files.empty() && wanted.byte_files.empty()) {
        return error{errc::invalid_argument,
                     "--model needs a text: --tokens FILE.npy or --bytes FILE"};
    }
    return done{};
}

}  // namespace compress_model
