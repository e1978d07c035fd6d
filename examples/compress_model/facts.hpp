// SPDX-License-Identifier: MIT
// What tells one job's results from another's.
#pragma once

#include "record.hpp"
#include "session.hpp"

namespace compress_model {

/// Contents of model and texts, and every option that moves a figure or a byte. Targets, zeros and
/// rivals are not among them: a finished job can be given more of them.
[[nodiscard]] facts facts_of(const session& job);

}  // namespace compress_model
