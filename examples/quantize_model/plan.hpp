// SPDX-License-Identifier: MIT
// What is to be measured, checked before any work is done.
#pragma once

#include "measure.hpp"
#include "options.hpp"

#include <optional>
#include <vector>

namespace quantize_model {

/// The schemes that are asked for, parsed. Errors: whatever is wrong with a name; a layout that is
/// not on the menu; one scheme under two names; a seed that nothing draws from.
[[nodiscard]] gradus::result<std::vector<planned_scheme>> plan(const options& wanted);

/// A group size beyond the rows of every chosen tensor would be 'channel' under another name.
[[nodiscard]] gradus::status check_groups(const std::vector<planned_scheme>& planned,
                                          const session& shared);

/// Schemes whose losses agree to the last digit: one of them did not do what it says.
[[nodiscard]] std::optional<gradus::error> twins(const report& measured);

}  // namespace quantize_model
