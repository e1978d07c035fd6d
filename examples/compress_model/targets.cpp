// SPDX-License-Identifier: MIT
// One survey, many targets.
#include "carry_out.hpp"
#include "failure.hpp"
#include "memory.hpp"
#include "once.hpp"
#include "table.hpp"
#include "targets.hpp"

#include <gradus/allocation/pareto_front.hpp>

#include <charconv>
#include <iostream>
#include <map>

namespace compress_model {

using namespace gradus;

namespace {

/// "0.5" or "2:4".
result<zero_rule> zeros_of(const std::string& text) {
    if (text.empty()) { return zero_rule{}; }
    if (text == "2:4") { return zero_rule{zero_rule::kind::two_of_four, 0.5}; }
    double share = 0.0;
    const char* const end = text.data() + text.size();
    const auto [at, bad] = std::from_chars(text.data(), end, share);
    if (bad != std::errc{} || at != end || !(share > 0.0 && share < 1.0)) {
        return error{errc::invalid_argument,
                     "--sparsity '" + text + "' (expected a share between 0 and 1, or 2:4)"};
    }
    return zero_rule{zero_rule::kind::share, share};
}

/// The runs of one survey.
class sparsity_runs {
  public:
    sparsity_runs(work& w, const std::string& sparsity, const zero_rule& zeros)
        : w_{w}, job_{w.job}, title_{sparsity.empty() ? "dense" : sparsity}, zeros_{zeros} {}

    /// The targets that some plan reaches; of the others the floor is printed.
    [[nodiscard]] std::vector<target> feasible(const std::vector<target>& targets) const {
        std::vector<target> all;
        const auto weights = job_.decoder_weights();
        for (const target& goal : targets) {
            const cost_range range = feasible_bits(job_, zeros_, goal);
            if (check_reach(range, {goal.bits, weights})) {
                all.push_back(goal);
            } else {
                const double floor = average_bits(range.least, weights);
                print_out_of_reach(std::cout, name_of(job_.joint(), goal), goal.bits,
                                   goal.bits < floor ? floor : average_bits(range.most, weights));
            }
        }
        return all;
    }

    [[nodiscard]] status measure() {
        const std::uint64_t held = begin_stage();
        const std::string tag = directory_name(title_) + (job_.scaled ? "_scaled" : "");
        auto known = survey_model(job_, zeros_, tag);
        if (!known) { return known.error(); }
        known_ = std::move(*known);
        w_.note(known_.findings);
        for (const loss_worth& one : known_.worths) {
            w_.measured.alphas.push_back({title_ + (job_.scaled ? " scaled" : ""), one});
        }
        surveyed_ = ended_stage("survey", known_.seconds, held);
        bound_ = bound_of(job_);
        if (!job_.rivals() || prunes() || job_.wanted.dry_run) { return done{}; }
        auto rounding = survey_rounding(job_);
        if (!rounding) { return rounding.error(); }
        plain_ = std::move(*rounding);
        return done{};
    }

    [[nodiscard]] status print_plan(const target& goal) {
        const auto plan = plan_target(job_, known_, goal);
        if (!plan) { return plan.error(); }
        note_plan(w_, known_, *plan);
        run one;
        one.memory = bound_;
        one.common.scheme = name_of("plan", goal);
        one.target_bits = goal.bits;
        one.achieved_bits = average_bits(plan->bits, job_.decoder_weights());
        describe_plan(*plan, known_, job_, one);
        print_details(std::cout, one);
        return done{};
    }

    [[nodiscard]] status carry_out_all(const target& goal) {
        const std::string name = name_of(job_.joint(), goal);
        status added =
            add(once(w_, name, [&] { return hit(w_, known_, zeros_, goal, method::joint, name); }),
                job_.joint());
        if (!added || !job_.rivals()) { return added; }
        if (added = add_one_width(goal); !added) { return added; }
        return prunes() ? add_two_steps(goal) : add_rounding(goal);
    }

    /// The loss that the survey predicts at every budget.
    void add_front() {
        const auto blocks = planning::cut(known_.matrices, job_.wanted.block);
        const auto items =
            planning::options_of(known_.matrices, blocks, job_.rules(), bit_count::stored_bits);
        const auto front = pareto_front(items.view(), job_.decoder_weights() / 50);
        if (!front) { return; }
        for (const front_point& p : *front) {
            const double bits = average_bits(p.cost + known_.other_bits, job_.decoder_weights());
            w_.measured.front.push_back({bits, p.distortion});
        }
    }

    [[nodiscard]] bool prunes() const { return zeros_.choice != zero_rule::kind::none; }

  private:
    [[nodiscard]] std::string name_of(const std::string& how, const target& goal) const {
        char bits[32];
        std::snprintf(bits, sizeof bits, "%g", goal.bits);
        return title_ + " " + how + " " + bits +
               (goal.what == bit_count::code_bits ? " code bits" : "");
    }

    [[nodiscard]] status add(result<run> one, const std::string& line) {
        if (!one) { return one.error(); }
        one->method = title_ + ", " + line;
        one->allocator = job_.wanted.allocator;
        one->memory = bound_;
        one->stages.insert(one->stages.begin(), surveyed_);
        if (w_.scaling) { one->stages.insert(one->stages.begin(), *w_.scaling); }
        print_row(std::cout, *one);
        w_.measured.runs.push_back(std::move(*one));
        return done{};
    }

    /// Rival: the best uniform width. Where even the narrowest is above the target the floor is
    /// told, where it is that of a target before there is nothing new to measure.
    [[nodiscard]] status add_one_width(const target& goal) {
        const std::string name = name_of("one width", goal);
        const auto uniform = uniform_plan(job_, known_, goal);
        if (!uniform) {
            std::cout << name << ": " << uniform.error().message << std::endl;
            return done{};
        }
        const auto [as, first] = uniform_runs_.try_emplace(uniform->bits, name);
        if (!first) {
            std::cout << name << ": the same as " << as->second << std::endl;
            return done{};
        }
        const auto run_it = [&] {
            auto one = carry_out(w_, known_, *uniform, {}, zeros_, method::joint, name);
            if (one) { one->target_bits = goal.bits; }
            return one;
        };
        return add(once(w_, name, run_it), "one width");
    }

    /// Rival: pruned first, quantized after.
    [[nodiscard]] status add_two_steps(const target& goal) {
        const std::string name = name_of("two steps", goal);
        const auto run_it = [&] { return hit(w_, known_, zeros_, goal, method::two_steps, name); };
        return add(once(w_, name, run_it), "two steps");
    }

    /// Rival: plain rounding; its floor may be above the target.
    [[nodiscard]] status add_rounding(const target& goal) {
        const std::string name = name_of("rounding", goal);
        auto one =
            once(w_, name, [&] { return hit(w_, plain_, zeros_, goal, method::rounding, name); });
        if (!one && one.error().code == errc::invalid_argument) {
            std::cout << name << ": " << one.error().message << '\n';
            return done{};
        }
        return add(std::move(one), "rounding");
    }

    work& w_;
    const session& job_;
    std::string title_;  // what its runs' names begin with
    zero_rule zeros_;
    survey known_;
    survey plain_;                                            // of rounding, where it is a rival
    std::map<std::uint64_t, std::string> uniform_runs_ = {};  // by the bits that they take
    stage surveyed_;
    memory_bound bound_;
};

}  // namespace

int run_targets(work& w, const std::string& sparsity, const std::vector<target>& targets) {
    const auto zeros = zeros_of(sparsity);
    if (!zeros) { return fail(zeros.error()); }
    sparsity_runs runs{w, sparsity, *zeros};
    const std::vector<target> feasible = runs.feasible(targets);
    if (feasible.empty()) { return usage; }
    if (status measured = runs.measure(); !measured) { return fail(measured.error()); }
    for (const target& goal : feasible) {
        const status done = w.job.wanted.dry_run ? runs.print_plan(goal) : runs.carry_out_all(goal);
        if (!done) { return fail(done.error()); }
    }
    if (!runs.prunes() && w.measured.front.empty()) { runs.add_front(); }
    return success;
}

}  // namespace compress_model
