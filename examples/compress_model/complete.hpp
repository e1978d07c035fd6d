// SPDX-License-Identifier: MIT
// Options as they were given become options that a job can follow.
#pragma once

#include "options.hpp"

#include <gradus/core/result.hpp>

namespace compress_model {

/// Fills in defaults. Errors: options that contradict each other, or could have no effect.
[[nodiscard]] gradus::status complete(options& wanted);

}  // namespace compress_model
