// SPDX-License-Identifier: MIT
// From a survey to the bits of every column, by whichever rule was asked for.
#pragma once

#include "survey.hpp"

namespace compress_model {

/// One target.
struct target {
    double bits = 0.0;
    gradus::bit_count what = gradus::bit_count::stored_bits;
    double tolerance = 0.005;  ///< how far below it a plan may stay
};

/// Plans of several block widths are made, and the one with least predicted loss is taken.
/// Errors: a target out of reach, with the feasible range; one that the rule misses.
[[nodiscard]] gradus::result<gradus::bit_plan>
plan_target(const session& job, const survey& known, const target& goal);

/// The floor and the ceiling of all plans, from shapes alone.
[[nodiscard]] gradus::cost_range
feasible_bits(const session& job, const zero_rule& zeros, const target& goal);

/// All columns of all matrices at the widest codes that the target allows.
[[nodiscard]] gradus::result<gradus::bit_plan>
uniform_plan(const session& job, const survey& known, const target& goal);

}  // namespace compress_model
