// SPDX-License-Identifier: MIT
// The largest resident size of the process since a reset, as Linux counts it.
#pragma once

#include <cstdint>

namespace quantize_model {

/// Starts a new count. Where the system does not allow it, the count goes on from the last one.
void reset_peak_memory();

/// Bytes; 0 where the system does not tell.
[[nodiscard]] std::uint64_t peak_memory();

}  // namespace quantize_model
