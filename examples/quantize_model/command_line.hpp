// SPDX-License-Identifier: MIT
// What the user typed, and what --list answers.
#pragma once

#include "options.hpp"

#include <optional>

namespace quantize_model {

/// Fills `wanted`; an exit code where there is nothing more to do (help, or a mistake).
[[nodiscard]] std::optional<int> parse(int argc, char** argv, options& wanted);

/// The menu of layouts and the other words of schemes, to standard output.
void print_menu();

}  // namespace quantize_model
