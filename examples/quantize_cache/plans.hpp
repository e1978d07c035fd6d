// SPDX-License-Identifier: MIT
// Plans for caches, from what calibration text says.
#pragma once

#include "measure.hpp"

#include <vector>

namespace quantize_cache {

/// Measured errors of all heads under these options; at the second call what the first one found.
/// A loss is a squared error until the gains are set.
[[nodiscard]] gradus::result<gradus::measured_cache*>
measured_with(session& shared, const gradus::plan_options& options, gradus::thread_pool& threads);

/// Sets the gains, which say what a squared error does; unless the options tell no importance:
/// that is what the name means.
[[nodiscard]] gradus::status
set_gains(session& shared, gradus::measured_cache& measured, gradus::thread_pool& threads);

/// The plan for a target. Where its split is to be tried out, the text that it was calibrated on
/// tries it, once for all splits.
[[nodiscard]] gradus::result<gradus::cache_plan> planned(session& shared,
                                                         const decided_cache& how,
                                                         const gradus::measured_cache& measured,
                                                         double target,
                                                         gradus::thread_pool& threads);

/// What weights of channels can save at most with many bits, of keys and of values: 1 - geometric /
/// arithmetic mean within a head, averaged over the heads.
[[nodiscard]] cache_bits_of importance_bound(const session& shared);

/// Mapping by mapping, what 4 bits would lose on each head.
[[nodiscard]] gradus::result<std::vector<head_choice>>
compare_mappings(session& shared, gradus::thread_pool& threads);

}  // namespace quantize_cache
