// SPDX-License-Identifier: MIT
// The table of caches, one line a run, printed as they are done.
#pragma once

#include "report.hpp"

#include <iosfwd>
#include <vector>

namespace quantize_cache {

/// Columns: series, scheme, effective bits of keys, values and both, bits as stored; for each text
/// PPL, KLD [95 % interval] and top-1 agreement; seconds.
void print_head(std::ostream& out, const std::vector<text_baseline>& texts);

void print_run(std::ostream& out, const run& done);

/// Columns: series, scheme, the scheme beside it, change of the KLD [paired 95 % interval], text,
/// what it says.
void print_comparisons(std::ostream& out, const std::vector<comparison>& pairs);

}  // namespace quantize_cache
