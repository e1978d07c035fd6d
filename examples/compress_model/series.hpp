// SPDX-License-Identifier: MIT
// All runs of an invocation.
#pragma once

#include "plans.hpp"
#include "work.hpp"

namespace compress_model {

/// Runs of every rule of zeros, up to the first that fails. With --scale-search those of the model
/// with scales folded in come last, where rivals are left out; or they are the only ones.
/// Returns an exit code.
[[nodiscard]] int run_series(work& w, const std::vector<target>& targets);

}  // namespace compress_model
