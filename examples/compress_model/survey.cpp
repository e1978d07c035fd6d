// SPDX-License-Identifier: MIT
// Statistics, storage orders, losses by width, and what a unit of loss is worth in nats.
#include "../quantize_model/progress.hpp"
#include "scores.hpp"
#include "step_source.hpp"
#include "stopwatch.hpp"
#include "survey.hpp"
#include "survey_record.hpp"
#include "worth.hpp"

#include <gradus/compress/storage_order.hpp>

namespace compress_model {

using namespace gradus;

namespace {

/// Keeps what was found.
void note(std::vector<finding>& all, const std::optional<finding>& one) {
    if (one) { all.push_back(*one); }
}

/// The two noise levels of a matrix disagree: the plan weighs its losses by a straight line.
std::optional<finding> find_nonlinear(const loss_worth& w) {
    constexpr double most = 3.0;
    if (!w.bends(most)) { return std::nullopt; }
    return finding{"nonlinear", w.name + ": relative error 1 is worth " +
                                    finding_text::number(w.fine.slope()) + " nats at " +
                                    std::to_string(w.fine.width) + " bits, " +
                                    finding_text::number(w.coarse.slope()) + " at " +
                                    std::to_string(w.coarse.width)};
}

/// What a survey needs to know of one input.
struct surveyed_input {
    index_t step;
    distinct_input input;
    const input_statistics<>& statistics;
    const token_sample* some;  ///< of its tokens, where they are wanted
};

/// One matrix: losses by column and width, what they are worth, and scores.
class matrix_survey {
  public:
    matrix_survey(const session& job,
                  const worth& scale,
                  const zero_rule& zeros,
                  const surveyed_input& from,
                  const stored_input& stored,
                  const ordered_factor<float>& f)
        : job_{job}, scale_{scale}, zeros_{zeros}, from_{from}, stored_{stored}, f_{f} {}

    status add(const named_matrix& m, survey& found) const {
        const auto w = columns_in_order(m.view(), stored_.order);
        const auto solve = [&](matrix_view<float> rows,
                               std::span<const run_recipe> runs) -> status {
            obs_options o;
            o.grids = job_.rules().grids;
            const auto solved = solve_matrix(rows, f_, runs, zeros_, o, job_.threads);
            if (!solved) { return solved.error(); }
            return done{};
        };
        const bool prunes = zeros_.choice != zero_rule::kind::none;
        auto losses = measure_losses({w.data(), m.rows, m.cols}, f_, job_.code_options(),
                                     stored_.clusters, job_.rules(), solve, prunes, job_.threads);
        if (!losses) { return losses.error(); }
        losses->name = m.name;
        if (zeros_.choice == zero_rule::kind::two_of_four) { losses->pattern = {2, 4}; }
        auto priced = worth_of(job_, scale_, m, f_, stored_.order, zeros_);
        if (!priced) { return priced.error(); }
        losses->weight = priced->per_loss;
        note(found.findings, find_nonlinear(priced->alpha));
        found.worths.push_back(std::move(priced->alpha));
        found.matrices.push_back(std::move(*losses));
        return job_.wanted.importance == "measured" ? status{done{}} : add_scores(m, found);
    }

  private:
    status add_scores(const named_matrix& m, survey& found) const {
        std::vector<double> pivots(m.cols);  // by the model's columns
        for (index_t i = 0; i < m.cols; ++i) {
            pivots[stored_.order[f_.order[i]]] = static_cast<double>(f_.factor.pivot(i));
        }
        const auto scores = scores_of(job_.wanted.importance, m, from_.statistics, pivots);
        if (!scores) { return scores.error(); }
        note(found.findings, find_flat_importance(m.name, *scores));
        std::vector<double> as_stored;
        for (const index_t c : stored_.order) {
            as_stored.push_back((*scores)[c]);
        }
        found.scores.push_back(std::move(as_stored));
        return done{};
    }

    const session& job_;
    const worth& scale_;
    const zero_rule& zeros_;
    const surveyed_input& from_;
    const stored_input& stored_;
    const ordered_factor<float>& f_;
};

/// The loss of each column when all others answer, of all matrices that read the input.
std::vector<double>
sensitivity_of(const session& job, const surveyed_input& from, std::span<const double> lone) {
    std::vector<double> inverse;
    for (const double c : lone) {
        inverse.push_back(1.0 / c);
    }
    std::vector<double> sensitivity(lone.size());
    for (const std::string_view reader : llama_readers(from.input)) {
        const named_matrix m = job.matrix(layer_name(from.step, reader));
        add_sensitivity(m.view(), inverse, 1.0, sensitivity);
    }
    return sensitivity;
}

/// All matrices that read one input.
status survey_input(const session& job,
                    const worth& scale,
                    const surveyed_input& from,
                    const zero_rule& zeros,
                    survey& found) {
    const input_statistics<>& statistics = from.statistics;
    const index_t n = statistics.width();
    note(found.findings, find_few_tokens(statistics.name(), statistics.tokens(), n));
    const auto lone = lone_curvature(job, statistics, zeros);
    if (!lone) { return lone.error(); }
    auto ordered =
        storage_order(job, statistics, from.some, sensitivity_of(job, from, *lone), found.findings);
    if (!ordered) { return ordered.error(); }
    stored_input& stored = found.inputs[statistics.name()];
    stored = std::move(*ordered);
    if (stored.permuted) { found.other_bits += order_bits(n); }
    const auto f = processing_factor(job, statistics, stored.order, *lone, zeros);
    if (!f) { return f.error(); }
    note(found.findings, find_retry(statistics.name(), f->factor.report));
    note(found.findings, find_dead(statistics.name(), f->factor.report.dead_columns, n));
    const matrix_survey one{job, scale, zeros, from, stored, *f};
    for (const std::string_view reader : llama_readers(from.input)) {
        status added = one.add(job.matrix(layer_name(from.step, reader)), found);
        if (!added) { return added; }
    }
    return done{};
}

}  // namespace

result<survey> survey_rounding(const session& job) {
    survey found;
    std::vector<int> widths = job.wanted.widths;
    std::erase(widths, 0);
    for (index_t step = 0; step < job.model->plan().size(); ++step) {
        for (const distinct_input input : distinct_inputs) {
            for (const std::string_view reader : llama_readers(input)) {
                const named_matrix m = job.matrix(layer_name(step, reader));
                const auto f = factor_of_nothing(m.cols, job.threads);
                if (!f) { return f.error(); }
                found.inputs[input_name(step, input)] = {f->order, false, {}};
                const auto solve = [&](matrix_view<float> rows,
                                       std::span<const run_recipe> runs) -> status {
                    const auto solved = solve_matrix(rows, *f, runs, {}, {}, job.threads);
                    if (!solved) { return solved.error(); }
                    return done{};
                };
                auto losses =
                    measure_losses(m.view(), *f, widths, job.rules(), solve, false, job.threads);
                if (!losses) { return losses.error(); }
                losses->name = m.name;
                double squares = 0.0;
                for (const float w : m.values) {
                    squares += static_cast<double>(w) * static_cast<double>(w);
                }
                losses->weight = 1.0 / squares;
                found.matrices.push_back(std::move(*losses));
            }
        }
    }
    return found;
}

result<survey> survey_model(const session& job, const zero_rule& zeros, const std::string& tag) {
    survey found;
    std::optional<worth> scale;
    step_source source{job};
    quantize_model::progress bar{"survey", job.model->plan().size()};
    for (index_t step = 0; step < job.model->plan().size(); ++step) {
        bar.advance();
        const std::string name = "survey." + tag + "." + std::to_string(step);
        if (job.kept.has(name)) {
            const auto known = job.kept.read(name);
            if (!known) { return known.error(); }
            append(found, survey_from(*known));
            continue;
        }
        const stopwatch spent;
        if (!scale) { scale.emplace(job); }
        const auto block = source.at(step);
        if (!block) { return block.error(); }
        survey part;
        for (const distinct_input input : distinct_inputs) {
            const auto at = static_cast<index_t>(input);
            const auto& some = block->samples[at];
            const surveyed_input one{step, input, *block->statistics[at], some ? &*some : nullptr};
            status done = survey_input(job, *scale, one, zeros, part);
            if (!done) { return done.error(); }
        }
        part.seconds = spent.seconds();
        if (status kept = job.kept.write(name, to_text(part)); !kept) { return kept.error(); }
        append(found, std::move(part));
    }
    return found;
}

}  // namespace compress_model
