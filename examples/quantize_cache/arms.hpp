// SPDX-License-Identifier: MIT
// What is measured: series of caches.
#pragma once

#include "options.hpp"

#include <gradus/cache/qaq_widths.hpp>
#include <gradus/core/result.hpp>
#include <gradus/kv_plan/plan_cache.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quantize_cache {

/// Fixed widths: rivals.
struct fixed_cache {
    gradus::any_vectors keys;
    gradus::any_vectors values;
    int key_width = 4;
    int value_width = 4;
    gradus::index_t block = 64;
    gradus::index_t window = 0;         ///< recent tokens that stay f16
    gradus::index_t tokens_a_step = 0;  ///< 1: each token sees the window of its own time
    bool rotated = false;
};

/// How bits come to keys and values.
enum class tried_split : std::uint8_t {
    none,   ///< as the measured gains have it
    best,   ///< tried out on calibration text (tune_split.hpp)
    halves  ///< likewise, as many for keys as for values
};

/// Decided on calibration text, with `arm::target` bits.
struct decided_cache {
    gradus::plan_options options;
    tried_split split = tried_split::none;
    bool dynamic = false;  ///< widths follow the queries of the sequence, at the plan's bits
};

/// Bits of each token by the QAQ rule; with `arm::target`, the error that gives those bits is
/// found.
struct qaq_cache {
    gradus::qaq_rule rule = gradus::qaq_rule::paper;
    double error = 1.0;
};

/// How the decoder's products see activations.
enum class activation_rule : std::uint8_t {
    floats,
    per_token,          ///< int8, scale of the largest magnitude of each token
    clipped,            ///< the same, of all but the largest
    clipped_outliers,   ///< clipped, a hundredth of the channels f16
    static_percentile,  ///< int8, one scale a matrix from calibration
    static_average,
    static_kl,
    outliers,  ///< per token, a hundredth of the channels f16
    int16,
    bf16
};

/// Not a cache: packed weights and rounded activations, with a float cache.
struct rounded_activations {
    int weight_bits = 8;  ///< 8 or 4
    activation_rule rule = activation_rule::per_token;
};

struct arm {
    std::string series;
    std::string scheme;
    std::optional<double> target;
    std::variant<fixed_cache, decided_cache, qaq_cache, rounded_activations> what;
};

/// Names of the series, with what they are about.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> series_names();

/// The runs of the series that are wanted. Errors: an unknown series.
[[nodiscard]] gradus::result<std::vector<arm>> planned_arms(const options& wanted);

}  // namespace quantize_cache
