// SPDX-License-Identifier: MIT
// What the user typed.
#pragma once

#include "options.hpp"

#include <optional>

namespace compress_model {

/// Fills `wanted`; an exit code where there is nothing more to do (help, or a mistake).
[[nodiscard]] std::optional<int> parse(int argc, char** argv, options& wanted);

}  // namespace compress_model
