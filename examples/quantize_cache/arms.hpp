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
    gradus::index_t window = 0;  ///< recent tokens that stay f16
    bool rotated = false;
};

/// Decided on calibration text, with `arm::target` bits.
struct decided_cache {
    gradus::plan_options options;
    gradus::budget_split split = gradus::budget_split::automatic;
    bool dynamic = false;  ///< widths follow the queries of the sequence, at the plan's bits
};

/// Bits of each token by the QAQ rule; with `arm::target`, the error that gives those bits is
/// found.
struct qaq_cache {
    gradus::qaq_rule rule = gradus::qaq_rule::paper;
    double error = 1.0;
};

struct arm {
    std::string series;
    std::string scheme;
    std::optional<double> target;
    std::variant<fixed_cache, decided_cache, qaq_cache> what;
};

/// Names of the series, with what they are about.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> series_names();

/// The runs of the series that are wanted. Errors: an unknown series.
[[nodiscard]] gradus::result<std::vector<arm>> planned_arms(const options& wanted);

}  // namespace quantize_cache
