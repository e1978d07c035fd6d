// SPDX-License-Identifier: MIT
// The model as it is, then with scales folded in.
#include "failure.hpp"
#include "memory.hpp"
#include "scaling.hpp"
#include "series.hpp"
#include "stopwatch.hpp"
#include "targets.hpp"

#include <algorithm>

namespace compress_model {

using namespace gradus;

namespace {

int run_sparsities(work& w, const std::vector<target>& targets) {
    std::vector<std::string> sparsities = w.job.wanted.sparsity;
    if (sparsities.empty()) { sparsities.emplace_back(); }
    for (const std::string& sparsity : sparsities) {
        if (const int code = run_targets(w, sparsity, targets)) { return code; }
    }
    return success;
}

/// Searches scales and folds them in. Whether any input gains by them.
result<bool> scale(work& w) {
    const std::uint64_t held = begin_stage();
    const stopwatch spent;
    auto scaled = scale_inputs(w.job);
    if (!scaled) { return scaled.error(); }
    w.scaling = ended_stage("scales", spent.seconds(), held);
    const bool none = std::all_of(scaled->begin(), scaled->end(), [](const scaled_input& s) {
        return s.exponents == scale_exponents{};
    });
    w.measured.scales = std::move(*scaled);
    if (none) {
        const finding nothing{"no-scales", "no input gains by scales of its channels"};
        w.note({&nothing, 1});
    }
    return !none;
}

}  // namespace

int run_series(work& w, const std::vector<target>& targets) {
    if (!w.job.wanted.scale_search) { return run_sparsities(w, targets); }
    const bool beside = w.job.rivals() && !w.job.wanted.dry_run;
    if (beside) {
        if (const int code = run_sparsities(w, targets)) { return code; }
    }
    const auto gains = scale(w);
    if (!gains) { return fail(gains.error()); }
    return !*gains && beside ? int{success} : run_sparsities(w, targets);
}

}  // namespace compress_model
