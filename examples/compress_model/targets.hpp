// SPDX-License-Identifier: MIT
// All runs of one rule of zeros.
#pragma once

#include "plans.hpp"
#include "work.hpp"

namespace compress_model {

/// Surveys the model with the zeros that `sparsity` names ("": none; a share; "2:4"), and carries
/// out every target within reach, with its rivals where they are wanted; a dry run prints plans.
/// Returns an exit code.
[[nodiscard]] int
run_targets(work& w, const std::string& sparsity, const std::vector<target>& targets);

}  // namespace compress_model
