// SPDX-License-Identifier: MIT
// The files that a job leaves, and the last look at its figures.
#pragma once

#include "options.hpp"
#include "report.hpp"

#include <gradus/allocation/guard_rails.hpp>

namespace compress_model {

/// Runs whose figures cannot be told apart.
[[nodiscard]] std::optional<gradus::finding> twins(const report& measured);

/// Report and plot, where they are wanted.
[[nodiscard]] gradus::status write_results(const report& measured, const options& wanted);

}  // namespace compress_model
