// SPDX-License-Identifier: MIT
// Which runs of equal bits are set beside each other, and what comes of it.
#pragma once

#include "report.hpp"

#include <vector>

namespace quantize_cache {

/// Pairs of runs with one target, on every text: the best split beside equal ones, importance on
/// beside off, trained levels beside others, ablations beside their base. Each says in a sentence
/// what the paired interval shows. `bound`: what importance can save at most with many bits, of
/// keys, values and both.
[[nodiscard]] std::vector<comparison> compare_runs(const std::vector<run>& runs,
                                                   const std::vector<text_baseline>& texts,
                                                   const cache_bits_of& bound);

}  // namespace quantize_cache
