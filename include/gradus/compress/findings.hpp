// SPDX-License-Identifier: MIT
// What must not pass in silence: results that look fine and are not, each with an identifier.
#pragma once

#include <gradus/allocation/guard_rails.hpp>
#include <gradus/compress/bit_plan.hpp>
#include <gradus/model/token.hpp>
#include <gradus/solver/factor.hpp>
#include <gradus/solver/obs_pass.hpp>

#include <cmath>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

namespace finding_text {

[[nodiscard]] inline std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

}  // namespace finding_text

/// `no-quantizer`: bits were asked for, and nothing was quantized.
[[nodiscard]] inline std::optional<finding> find_no_quantizer(const bit_plan& plan) {
    for (const matrix_plan& m : plan.matrices) {
        for (const int width : m.widths) {
            if (width != 0) { return std::nullopt; }
        }
    }
    return finding{"no-quantizer", "a target was given, but no column of any matrix is quantized"};
}

/// `no-effect`: the weights are what they were; or pruning and quantizing lost what pruning alone
/// did, to 1e-6 relative, which means that nothing was quantized. `prune_only` below 0: not known.
[[nodiscard]] inline std::optional<finding> find_no_effect(const std::string& name,
                                                           std::span<const float> before,
                                                           std::span<const float> after,
                                                           double loss,
                                                           double prune_only = -1.0) {
    if (std::equal(before.begin(), before.end(), after.begin(), after.end())) {
        return finding{"no-effect", name + " is unchanged"};
    }
    if (prune_only >= 0.0 && std::abs(loss - prune_only) <= 1e-6 * prune_only) {
        return finding{"no-effect", name + " lost " + finding_text::number(loss) +
                                        ", exactly as by pruning alone: nothing was quantized"};
    }
    return std::nullopt;
}

/// `lossless-at-low-bits`: no error at less than 8 bits although a group has more values than
/// codes.
[[nodiscard]] inline std::optional<finding>
find_lossless(const std::string& name, double loss, int width, index_t group, index_t distinct) {
    const bool lone = group == 1;
    if (!lone && (loss != 0.0 || width >= 8 || distinct <= (index_t{1} << width))) { return {}; }
    return finding{"lossless-at-low-bits",
                   name + (lone ? " has groups of one weight: every value has its own scale"
                                : " came through " + std::to_string(width) + " bits without loss")};
}

/// `off-target`: more than 0.01 bit from what was asked for.
[[nodiscard]] inline std::optional<finding> find_off_target(double achieved, double requested) {
    if (std::abs(achieved - requested) <= 0.01) { return {}; }
    return finding{"off-target", finding_text::number(achieved) + " bits instead of " +
                                     finding_text::number(requested)};
}

/// `flat-importance`: the largest score is less than 1.2 times the least.
[[nodiscard]] inline std::optional<finding> find_flat_importance(const std::string& name,
                                                                 std::span<const double> scores) {
    if (scores.empty()) { return {}; }
    const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
    if (!(*most < 1.2 * *least)) { return {}; }
    return finding{"flat-importance", name + ": scores from " + finding_text::number(*least) +
                                          " to " + finding_text::number(*most) +
                                          "; mixed widths will not help"};
}

/// `zero-lost`: fewer zeros after quantization than pruning was to make.
[[nodiscard]] inline std::optional<finding>
find_lost_zeros(const std::string& name, index_t zeros, index_t wanted) {
    if (zeros >= wanted) { return {}; }
    return finding{"zero-lost", name + " has " + std::to_string(zeros) + " zeros of " +
                                    std::to_string(wanted) + " that were asked for"};
}

/// `chol-retry`: the damping had to grow, or double had to help.
[[nodiscard]] inline std::optional<finding> find_retry(const std::string& name,
                                                       const factor_report& report) {
    if (report.retries == 0 && !report.float64) { return {}; }
    return finding{"chol-retry", name + ": not positive definite at column " +
                                     std::to_string(report.failed_column) + "; damping is now " +
                                     finding_text::number(report.damping) +
                                     (report.float64 ? ", in double" : "")};
}

/// `under-sampled`: fewer tokens than channels.
[[nodiscard]] inline std::optional<finding>
find_few_tokens(const std::string& name, index_t tokens, index_t channels) {
    if (tokens >= channels) { return {}; }
    return finding{"under-sampled", name + ": " + std::to_string(tokens) + " tokens for " +
                                        std::to_string(channels) + " channels"};
}

/// `dead-columns`: inputs that were always zero, whose weights become zero.
[[nodiscard]] inline std::optional<finding>
find_dead(const std::string& name, index_t dead, index_t channels) {
    if (dead == 0) { return {}; }
    return finding{"dead-columns", name + ": " + std::to_string(dead) + " of " +
                                       std::to_string(channels) + " channels are always zero"};
}

/// `uncovered-expert`: an expert that was reached by fewer tokens than it has channels should be
/// rounded without statistics, with wider codes.
[[nodiscard]] inline std::optional<finding>
find_uncovered(const std::string& expert, index_t tokens, index_t least) {
    if (tokens >= least) { return {}; }
    return finding{"uncovered-expert", expert + " saw " + std::to_string(tokens) +
                                           " tokens (expected " + std::to_string(least) +
                                           "); its statistics mean nothing"};
}

/// `baseline-equal`: two configurations that differ give the same figure to all digits.
[[nodiscard]] inline std::optional<finding>
find_equal(const std::string& one, double first, const std::string& other, double second) {
    if (first != second) { return {}; }
    return finding{"baseline-equal", one + " and " + other + " give the same figure, " +
                                         finding_text::number(first) + ", to all digits"};
}

/// `leak`: 64 tokens in a row of the measured text are also in the calibration text. Runs are
/// looked up by their start: one in eight positions of the measured text.
[[nodiscard]] inline std::optional<finding> find_leak(std::span<const token_t> calibration,
                                                      std::span<const token_t> measured) {
    constexpr index_t run = 64;
    constexpr std::uint64_t prime = 1099511628211ull;
    if (calibration.size() < run || measured.size() < run) { return {}; }
    const auto hash = [](std::span<const token_t> tokens) {
        std::uint64_t h = 14695981039346656037ull;
        for (const token_t t : tokens) {
            h = (h ^ t) * prime;
        }
        return h;
    };
    std::set<std::uint64_t> known;
    for (index_t i = 0; i + run <= measured.size(); i += 8) {
        known.insert(hash(measured.subspan(i, run)));
    }
    for (index_t i = 0; i + run <= calibration.size(); ++i) {
        if (known.contains(hash(calibration.subspan(i, run)))) {
            return finding{"leak", "the calibration text has, from token " + std::to_string(i) +
                                       " on, 64 tokens of the text that is measured"};
        }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
