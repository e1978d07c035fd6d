// SPDX-License-Identifier: MIT
// From a plan to a measured file.
#pragma once

#include "plans.hpp"
#include "solve.hpp"
#include "work.hpp"

namespace compress_model {

/// Widths by layer and in all, code bits, metadata, prediction.
void describe_plan(const gradus::bit_plan& plan, const survey& known, const session& job, run& one);

/// Reports a plan that is degenerate, or whose metadata dominate.
void note_plan(work& w, const survey& known, const gradus::bit_plan& plan);

/// Solves, writes, reads back and measures one plan; `goal`: what it follows, if anything. Errors:
/// those of each stage.
[[nodiscard]] gradus::result<run> carry_out(work& w,
                                            const survey& known,
                                            const gradus::bit_plan& plan,
                                            const std::optional<target>& goal,
                                            const zero_rule& zeros,
                                            method how,
                                            const std::string& name);

/// The same for a target. Should a pruned file not meet it although its plan followed, it is solved
/// again with another budget.
[[nodiscard]] gradus::result<run> hit(work& w,
                                      const survey& known,
                                      const zero_rule& zeros,
                                      const target& goal,
                                      method how,
                                      const std::string& name);

}  // namespace compress_model
