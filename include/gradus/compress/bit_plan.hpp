// SPDX-License-Identifier: MIT
// Which columns get how many bits, within an exact budget over a whole model.
#pragma once

#include <gradus/compress/plan_draft.hpp>

#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// The averages that plans can reach, from all columns at the least width to all at the most.
[[nodiscard]] inline cost_range
reach_of(std::span<const matrix_losses> all, const run_rules& rules, const bit_goal& goal) {
    const auto blocks = planning::cut(all, goal.block);
    std::vector<std::uint32_t> least(blocks.size(), 0);
    std::vector<std::uint32_t> most;
    for (const planning::block& b : blocks) {
        most.push_back(static_cast<std::uint32_t>(all[b.matrix].widths.size() - 1));
    }
    planning::draft draft{all, blocks, rules};
    const auto bits = [&](std::span<const std::uint32_t> choice) {
        draft.choose(choice);
        return planning::counted_bits(draft.plan(goal.other_bits), goal.what);
    };
    return {bits(least), bits(most)};
}

/// Allocates blocks of columns by `allocator`, so that what will be stored, to the bit, is within
/// the goal's average and less than its tolerance below it.
///
/// Row words and codebooks belong to runs, which nobody knows before the widths are given: they are
/// estimated, then counted, and the budget moves by the difference until both agree; what is left
/// goes to the block that gains most by the next width.
/// Errors: a target out of reach, with the feasible range, before anything is allocated; those of
///         the allocator; a target missed (out_of_range), as rules without a budget do.
template <bit_allocator Allocator>
[[nodiscard]] result<bit_plan> plan_bits(std::span<const matrix_losses> all,
                                         const run_rules& rules,
                                         const bit_goal& goal,
                                         const Allocator& allocator) {
    const cost_range range = reach_of(all, rules, goal);
    if (status reach = check_reach(range, goal.average); !reach) { return reach.error(); }
    const auto blocks = planning::cut(all, goal.block);
    const option_list items = planning::options_of(all, blocks, rules, goal.what);
    const auto costs = check_options(items.view());
    if (!costs) { return costs.error(); }
    planning::draft draft{all, blocks, rules};
    if (!goal.exact) {
        const auto found = allocator.allocate(items.view(), costs->most);
        if (!found) { return found.error(); }
        draft.choose(found->choice);
        return draft.plan(goal.other_bits);
    }
    const std::uint64_t most = budget_of(goal.average);
    const std::uint64_t fixed = goal.what == bit_count::stored_bits ? goal.other_bits : 0;
    std::uint64_t budget = most - std::min(most, fixed);
    std::vector<std::uint32_t> best(blocks.size(), 0);
    double best_loss = std::numeric_limits<double>::infinity();
    double bound = 0.0;
    constexpr int rounds = 24;
    for (int round = 0; round < rounds; ++round) {
        const auto found = allocator.allocate(items.view(), std::max(budget, costs->least));
        if (!found) { return found.error(); }
        draft.choose(found->choice);
        const bit_plan plan = draft.plan(goal.other_bits);
        const std::uint64_t used = planning::counted_bits(plan, goal.what);
        if (used <= most && plan.predicted < best_loss) {
            best_loss = plan.predicted;
            bound = found->bound;
            best = found->choice;
        }
        // The next budget: less what the exact count adds to the estimate.
        const std::uint64_t estimated = found->cost + fixed;
        const std::uint64_t next =
            most + estimated < used + fixed ? 0 : most + estimated - used - fixed;
        if (next == budget && used <= most) { break; }
        if (budget < costs->least && round > 0) { break; }
        budget = next == budget ? budget - std::min(budget, used - most) : next;
    }
    draft.choose(best);
    planning::fill_up(draft, blocks.size(), goal, most);
    bit_plan plan = draft.plan(goal.other_bits);
    if (average_bits(planning::counted_bits(plan, goal.what), goal.average.weights) <
        goal.average.bits_per_weight - goal.average.tolerance) {
        plan = planning::split_last(all, blocks, draft.choice(), rules, goal, most);
    }
    plan.bound = bound;
    const double average =
        average_bits(planning::counted_bits(plan, goal.what), goal.average.weights);
    if (average > goal.average.bits_per_weight ||
        average < goal.average.bits_per_weight - goal.average.tolerance) {
        char text[160];
        std::snprintf(text, sizeof text,
                      "%.9g bits per weight instead of %.9g (off-target). Narrower blocks, or the "
                      "budget allocator?",
                      average, goal.average.bits_per_weight);
        return error{errc::out_of_range, text};
    }
    return plan;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
