// SPDX-License-Identifier: MIT
// How fast memory of a given size can be read at all.
#pragma once

#include <gradus/core/thread_pool.hpp>

#include <cstdint>

namespace generate_text {

/// Bytes a second of a loop that only reads a buffer of `bytes` again and again, shared among the
/// threads; the median of several trials. A small buffer stays in a cache, as small weights do.
[[nodiscard]] double read_bandwidth(std::uint64_t bytes, gradus::thread_pool& threads);

}  // namespace generate_text
