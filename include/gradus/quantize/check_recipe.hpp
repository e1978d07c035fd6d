// SPDX-License-Identifier: MIT
// Knobs out of their limits, and importances without effect.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/quantize/recipe.hpp>

#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// Policies with knobs say by `valid()` whether these are within their documented limits.
template <class Policy>
[[nodiscard]] status check_knobs(const Policy& policy, std::string_view what) {
    if constexpr (requires { policy.valid(); }) {
        if (!policy.valid()) {
            return error{errc::invalid_argument, std::string{what} + " '" +
                                                     std::string{name_of<Policy>()} +
                                                     "': a knob is outside its documented limits"};
        }
    }
    return done{};
}

/// What can be told from a recipe alone. `weighted`: importances are given.
template <layout_type L, class Range, rounding R>
[[nodiscard]] status check_recipe(const recipe<L, Range, R>& how, bool weighted) {
    if (status s = check_knobs(how.range, "range"); !s) { return s; }
    if (status s = check_knobs(how.rounding, "rounding"); !s) { return s; }
    if (status s = check_knobs(how.map, "mapping"); !s) { return s; }
    if (how.training_rounds < 1) {
        return error{errc::invalid_argument, "training_rounds is " +
                                                 std::to_string(how.training_rounds) +
                                                 " (expected 1 or more)"};
    }
    if (weighted && !trainable_mapping<typename L::mapping_type> && !uses_importance(how.range)) {
        return error{errc::no_effect,
                     "range '" + std::string{name_of<Range>()} +
                         "' makes no use of importances, nor does the mapping; leave them "
                         "out or search the range (mse_search)"};
    }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
