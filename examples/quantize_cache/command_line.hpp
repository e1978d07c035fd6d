// SPDX-License-Identifier: MIT
// The options of quantize_cache.
#pragma once

#include "options.hpp"

#include <optional>

namespace quantize_cache {

/// The exit code, where the program is to end at once.
[[nodiscard]] std::optional<int> parse(int argc, char** argv, options& wanted);

}  // namespace quantize_cache
