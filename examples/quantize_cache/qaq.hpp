// SPDX-License-Identifier: MIT
// Caches by the rule of QAQ.
#pragma once

#include "measure.hpp"

namespace quantize_cache {

/// Bits, bytes and losses of one arm, to `done`. With a target, the error is the one whose bits
/// those are.
/// Errors: a target out of reach (invalid_argument).
[[nodiscard]] gradus::status measure_qaq(
    session& shared, const qaq_cache& how, const arm& one, gradus::thread_pool& threads, run& done);

}  // namespace quantize_cache
