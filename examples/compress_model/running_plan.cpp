// SPDX-License-Identifier: MIT
// Forecasts against facts.
#include "running_plan.hpp"

#include <algorithm>
#include <numeric>

namespace compress_model {

using namespace gradus;

namespace {

/// How far below a target a file may stay, bits a weight.
constexpr double tolerance = 0.005;

/// Calls f(first column, columns, option) for each run of a plan.
template <class F> void for_each_run(const matrix_losses& m, const matrix_plan& plan, const F& f) {
    index_t first = 0;
    for (index_t r = 0; r < plan.runs.size(); ++r) {
        f(first, plan.runs[r], planning::option_of(m, plan, r));
        first += plan.runs[r].cols;
    }
}

double predicted_loss(const matrix_losses& m, const matrix_plan& plan) {
    double sum = 0.0;
    for_each_run(m, plan, [&](index_t first, const run_recipe& run, index_t option) {
        for (index_t c = first; c < first + run.cols; ++c) {
            sum += m.weight * m.losses[option][c];
        }
    });
    return sum;
}

std::uint64_t code_bits_of(const matrix_plan& plan) {
    std::uint64_t bits = 0;
    for (index_t r = 0; r < plan.runs.size(); ++r) {
        bits += plan.rows * plan.runs[r].cols * static_cast<std::uint64_t>(plan.widths[r]);
    }
    return bits;
}

}  // namespace

running_plan::running_plan(const session& job,
                           const survey& known,
                           bit_plan first,
                           std::optional<target> goal)
    : job_{job},
      known_{known},
      plan_{std::move(first)},
      goal_{goal},
      most_{goal ? budget_of({goal->bits, job.decoder_weights()}) : 0} {}

index_t running_plan::find(const std::string& matrix) const {
    const auto at = std::find_if(plan_.matrices.begin(), plan_.matrices.end(),
                                 [&](const matrix_plan& m) { return m.name == matrix; });
    GRADUS_EXPECT(at != plan_.matrices.end());
    return static_cast<index_t>(at - plan_.matrices.begin());
}

const matrix_plan& running_plan::of(const std::string& matrix) const {
    return plan_.matrices[find(matrix)];
}

void running_plan::store(const std::string& matrix, std::uint64_t bits) {
    GRADUS_EXPECT(find(matrix) == stored_.size());
    stored_.push_back(bits);
}

void running_plan::store(matrix_plan solved, std::uint64_t bits) {
    const index_t at = find(solved.name);
    plan_.matrices[at] = std::move(solved);
    store(plan_.matrices[at].name, bits);
}

/// What the survey expects a matrix to take.
std::uint64_t running_plan::forecast(index_t matrix) const {
    const matrix_losses& m = known_.matrices[matrix];
    std::uint64_t bits = 0;
    for_each_run(m, plan_.matrices[matrix],
                 [&](index_t first, const run_recipe& run, index_t option) {
                     bits += run_bits(run.layout, m.rows, run.cols,
                                      planning::kept_of(m, option, first, run.cols));
                 });
    return bits;
}

std::uint64_t running_plan::spent() const {
    return std::accumulate(stored_.begin(), stored_.end(), known_.other_bits);
}

void running_plan::follow() {
    if (!goal_ || stored_.size() == plan_.matrices.size()) { return; }
    double taken = 0.0;
    double forecasts = 0.0;
    for (index_t m = 0; m < stored_.size(); ++m) {
        taken += static_cast<double>(stored_[m]);
        forecasts += static_cast<double>(forecast(m));
    }
    plan_from(stored_.size(), forecasts > 0.0 ? taken / forecasts : 1.0);
}

/// Matrices that are left: a little less than what is left, as too much would be above the target.
/// Where no plan is that close, the old one stays.
void running_plan::plan_from(index_t first, double ratio) {
    survey rest;
    std::uint64_t weights = 0;
    for (index_t m = first; m < known_.matrices.size(); ++m) {
        rest.matrices.push_back(known_.matrices[m]);
        if (!known_.scores.empty()) { rest.scores.push_back(known_.scores[m]); }
        weights += known_.matrices[m].rows * known_.matrices[m].cols;
    }
    const auto all = static_cast<double>(job_.decoder_weights());
    const auto few = static_cast<double>(weights);
    const double left = static_cast<double>(most_) - static_cast<double>(spent());
    const double aim = (left - 0.3 * tolerance * all) / ratio;
    if (!(aim > 0.0)) { return; }
    const target goal{aim / few, goal_->what, 0.4 * tolerance * all / few};
    auto plan = plan_target(job_, rest, goal);
    if (!plan) { return; }
    std::move(plan->matrices.begin(), plan->matrices.end(),
              plan_.matrices.begin() + static_cast<std::ptrdiff_t>(first));
}

bool running_plan::met() const {
    if (!goal_) { return true; }
    const double average = average_bits(spent(), job_.decoder_weights());
    return average <= goal_->bits && average >= goal_->bits - tolerance;
}

void running_plan::plan_last_again() {
    const index_t last = stored_.size() - 1;
    const double ratio = static_cast<double>(stored_.back()) / static_cast<double>(forecast(last));
    stored_.pop_back();
    plan_from(last, ratio);
}

void running_plan::put_back(matrix_plan plan, std::uint64_t bits) {
    stored_.pop_back();
    store(std::move(plan), bits);
}

bit_plan running_plan::carried_out() const {
    bit_plan done = plan_;
    if (!goal_) { return done; }
    done.bits = spent();
    done.codes = 0;
    if (known_.scores.empty()) { done.predicted = 0.0; }
    for (index_t m = 0; m < done.matrices.size(); ++m) {
        done.codes += code_bits_of(done.matrices[m]);
        if (!known_.scores.empty()) { continue; }  // predicted in units of scores
        done.predicted += predicted_loss(known_.matrices[m], done.matrices[m]);
    }
    return done;
}

}  // namespace compress_model
