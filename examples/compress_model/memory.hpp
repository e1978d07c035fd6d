// SPDX-License-Identifier: MIT
// What a stage may take beyond what is held anyway, and what it took.
#pragma once

#include "report.hpp"
#include "session.hpp"

namespace compress_model {

/// Weights of one block, its Hessians, and hidden states with the sequences in flight.
[[nodiscard]] memory_bound bound_of(const session& job);

/// Returns what the process holds: program, model, predictions on the texts, what was solved. Freed
/// memory is given back before, and the peak starts anew.
[[nodiscard]] std::uint64_t begin_stage();

/// A stage that began with `held` bytes and ends now.
[[nodiscard]] stage ended_stage(const char* name, double seconds, std::uint64_t held);

}  // namespace compress_model
