// SPDX-License-Identifier: MIT
// Budgets moved until the file meets the target.
#include "carry_out.hpp"

namespace compress_model {

using namespace gradus;

namespace {

bool is_legacy(const session& job) {
    return job.wanted.allocator == "threshold" || job.wanted.allocator == "legacy_quantile";
}

/// One solution, as close to the goal as following gets.
result<run> attempt(work& w,
                    const survey& known,
                    const zero_rule& zeros,
                    const target& goal,
                    double shift,
                    method how,
                    const std::string& name) {
    const auto plan = plan_target(w.job, known, {goal.bits - shift, goal.what});
    if (!plan) { return plan.error(); }
    if (const auto nothing = find_no_quantizer(*plan)) {
        return error{errc::no_effect, nothing->message};
    }
    note_plan(w, known, *plan);
    const bool follows = zeros.choice != zero_rule::kind::none && !is_legacy(w.job) &&
                         goal.what == bit_count::stored_bits;
    const auto to = follows ? std::optional{goal} : std::nullopt;
    auto one = carry_out(w, known, *plan, to, zeros, how, name);
    if (!one) { return one; }
    one->target_bits = goal.bits;
    if (goal.what == bit_count::code_bits) { one->achieved_bits = one->code_bits; }
    return one;
}

}  // namespace

result<run> hit(work& w,
                const survey& known,
                const zero_rule& zeros,
                const target& goal,
                method how,
                const std::string& name) {
    double shift = 0.0;  // of the budget, bits a weight
    result<run> best = error{errc::out_of_range, name + ": above its target"};
    constexpr int attempts = 4;
    for (int i = 0; i < attempts; ++i) {
        auto one = attempt(w, known, zeros, goal, shift, how, name);
        if (!one) { return best ? best : one; }
        const bool fits = one->achieved_bits <= goal.bits;
        const bool close = fits && one->achieved_bits >= goal.bits - goal.tolerance;
        shift += one->achieved_bits - goal.bits + 0.2 * goal.tolerance;
        const bool final = is_legacy(w.job) || goal.what == bit_count::code_bits || close;
        if (final || (fits && (!best || best->achieved_bits < one->achieved_bits))) {
            best = std::move(one);
        }
        if (final || zeros.choice == zero_rule::kind::none) { break; }
    }
    if (!best) { return best; }
    if (const auto missed = find_off_target(best->achieved_bits, goal.bits)) {
        const finding by_rule{missed->id, name + " by the rule '" + w.job.wanted.allocator +
                                              "': " + missed->message};
        w.note({&by_rule, 1});
    }
    return best;
}

}  // namespace compress_model
