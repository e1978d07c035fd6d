// SPDX-License-Identifier: MIT
// Runs that an earlier job finished are not run again.
#pragma once

#include "work.hpp"

namespace compress_model {

/// The run as the record has it, with its findings reported; nothing where it is not there, or its
/// file is not the one that was measured.
/// Errors: a damaged record.
[[nodiscard]] gradus::result<std::optional<run>> finished(work& w, const std::string& name);

/// Into the record: with the findings from number `first` on. Blocks that were kept are dropped.
[[nodiscard]] gradus::status
remember(const work& w, const std::string& name, const run& one, std::size_t first);

/// What `carry_out` gives, now or earlier.
template <class F>
[[nodiscard]] gradus::result<run> once(work& w, const std::string& name, const F& carry_out) {
    auto known = finished(w, name);
    if (!known) { return known.error(); }
    if (*known) { return std::move(**known); }
    const std::size_t first = w.measured.findings.size();
    gradus::result<run> one = carry_out();
    if (!one) { return one; }
    if (gradus::status kept = remember(w, name, *one, first); !kept) { return kept.error(); }
    return one;
}

}  // namespace compress_model
