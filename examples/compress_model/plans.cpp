// SPDX-License-Identifier: MIT
// Allocators by name; block widths by trial.
#include "plans.hpp"

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/depth_first.hpp>
#include <gradus/allocation/from_scores.hpp>
#include <gradus/allocation/legacy_quantile.hpp>
#include <gradus/allocation/quantile.hpp>
#include <gradus/allocation/threshold.hpp>

#include <algorithm>
#include <limits>

namespace compress_model {

using namespace gradus;

namespace {

bit_goal goal_of(const survey& known, const target& wanted, index_t block) {
    std::uint64_t weights = 0;
    for (const matrix_losses& m : known.matrices) {
        weights += m.rows * m.cols;
    }
    return {{wanted.bits, weights, wanted.tolerance}, wanted.what, known.other_bits, block};
}

/// Mean score of each block of columns.
std::vector<double> block_scores(const survey& known, index_t block) {
    std::vector<double> scores;
    for (const planning::block& b : planning::cut(known.matrices, block)) {
        double sum = 0.0;
        for (index_t c = b.first; c < b.first + b.cols; ++c) {
            sum += known.scores[b.matrix][c];
        }
        scores.push_back(sum / static_cast<double>(b.cols));
    }
    return scores;
}

/// Losses as scores imply them: score^2 4^-b a weight, each matrix by itself.
std::vector<matrix_losses> implied_losses(const survey& known) {
    std::vector<matrix_losses> all = known.matrices;
    for (index_t m = 0; m < all.size(); ++m) {
        for (index_t w = 0; w < all[m].widths.size(); ++w) {
            for (index_t c = 0; c < all[m].cols; ++c) {
                const double s = known.scores[m][c];
                all[m].losses[w][c] = static_cast<double>(all[m].rows) * s * s *
                                      std::ldexp(1.0, -2 * all[m].widths[w]);
            }
        }
        all[m].weight = 1.0;
    }
    return all;
}

template <class Rule>
result<bit_plan> plan_by(const session& job, const survey& known, const target& wanted, Rule rule) {
    const index_t block = job.wanted.block;
    const std::vector<double> scores = block_scores(known, block);
    bit_goal goal = goal_of(known, wanted, block);
    goal.exact = !score_rule<Rule>;  // those without a budget hit no target
    return plan_bits(known.matrices, job.rules(), goal, from_scores<Rule>{rule, scores});
}

}  // namespace

result<bit_plan> plan_target(const session& job, const survey& known, const target& wanted) {
    const std::string& name = job.wanted.allocator;
    if (name == "quantile") { return plan_by(job, known, wanted, quantile{}); }
    if (name == "depth_first") { return plan_by(job, known, wanted, depth_first{}); }
    if (name == "threshold") { return plan_by(job, known, wanted, threshold{}); }
    if (name == "legacy_quantile") { return plan_by(job, known, wanted, legacy_quantile{}); }
    const std::vector<matrix_losses> implied =
        known.scores.empty() ? known.matrices : implied_losses(known);
    index_t widest = job.wanted.block;
    for (const matrix_losses& m : implied) {
        widest = std::max(widest, m.cols);
    }
    result<bit_plan> best = error{errc::not_found, "no plan"};
    for (index_t block = job.wanted.block;; block *= 2) {
        const bit_goal goal = goal_of(known, wanted, block);
        auto plan = plan_bits(implied, job.rules(), goal, budget_allocator{});
        const bool better = plan && (!best || plan->predicted < best->predicted);
        if (better || (!best && block == job.wanted.block)) { best = std::move(plan); }
        if (block >= widest) { break; }
    }
    return best;
}

cost_range feasible_bits(const session& job, const zero_rule& zeros, const target& wanted) {
    survey shapes;
    for (const matrix_name& m : job.model->matrices()) {
        const std::vector<double> none(m.cols);
        matrix_losses one{m.name, m.rows, m.cols, {}, {}};
        for (const code_option& o : job.code_options()) {
            one.widths.push_back(o.width);
            one.groups.push_back(o.group);  // of clusters that nobody knows yet: one is cheapest
        }
        one.losses.assign(one.widths.size(), none);
        if (zeros.choice != zero_rule::kind::none) {
            const double share = zeros.choice == zero_rule::kind::share ? 1.0 - zeros.share : 0.5;
            const std::vector<double> kept(m.cols, share * static_cast<double>(m.rows));
            one.survivors.assign(one.widths.size(), kept);
            if (zeros.choice == zero_rule::kind::two_of_four) { one.pattern = {2, 4}; }
        }
        shapes.matrices.push_back(std::move(one));
    }
    for (const matrix_name& m : job.model->matrices()) {
        if (!job.stores_order()) { break; }
        const bool first = m.name.ends_with("q_proj.weight") || m.name.ends_with("o_proj.weight") ||
                           m.name.ends_with("gate_proj.weight") ||
                           m.name.ends_with("down_proj.weight");
        if (first) { shapes.other_bits += order_bits(m.cols); }
    }
    return reach_of(shapes.matrices, job.rules(), goal_of(shapes, wanted, job.wanted.block));
}

result<bit_plan> uniform_plan(const session& job, const survey& known, const target& wanted) {
    std::optional<bit_plan> best;
    double least = std::numeric_limits<double>::infinity();
    const std::vector<code_option> options = job.code_options();
    for (index_t w = 0; w < options.size(); ++w) {
        if (options[w].width == 0 || options[w].group != job.wanted.group) { continue; }
        const index_t whole = ~index_t{0} / 2;
        const auto blocks = planning::cut(known.matrices, whole);
        planning::draft draft{known.matrices, blocks, job.rules()};
        draft.choose(std::vector<std::uint32_t>(blocks.size(), static_cast<std::uint32_t>(w)));
        bit_plan plan = draft.plan(known.other_bits);
        const double bits =
            average_bits(planning::counted_bits(plan, wanted.what), job.decoder_weights());
        if (bits <= wanted.bits) { best = std::move(plan); }
        least = std::min(least, bits);
    }
    if (best) { return *best; }
    return error{errc::invalid_argument,
                 "out of reach: the narrowest takes " + finding_text::number(least) + " bits"};
}

}  // namespace compress_model
