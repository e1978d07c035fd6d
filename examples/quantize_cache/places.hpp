// SPDX-License-Identifier: MIT
// Where results go: checked before any work, written at the end.
#pragma once

#include "options.hpp"
#include "report.hpp"

#include <gradus/core/result.hpp>

namespace quantize_cache {

/// Everything that can be wrong with the places of results, before any work.
[[nodiscard]] gradus::status check_places(const options& wanted);

/// Report and plot, as far as they are wanted.
[[nodiscard]] gradus::status write_results(const report& measured, const options& wanted);

}  // namespace quantize_cache
