// SPDX-License-Identifier: MIT
// Statistics, storage orders, losses by width, and what a unit of loss is worth in nats.
#include "../quantize_model/progress.hpp"
#include "scores.hpp"
#include "survey.hpp"

#include <gradus/calibrate/collect.hpp>
#include <gradus/compress/storage_order.hpp>
#include <gradus/solver/redundancy.hpp>

#include <chrono>
#include <numeric>

namespace compress_model {

using namespace gradus;

namespace {

/// Keeps what was found.
void note(std::vector<finding>& all, const std::optional<finding>& one) {
    if (one) { all.push_back(*one); }
}

part_pointer float_part(std::span<const float> values, index_t rows, index_t cols) {
    return make_part(f32_panels{weights_view{values.data(), rows, cols}});
}

/// The first tokens of the calibration text: small changes show without noise, as predictions are
/// compared position by position.
class worth {
  public:
    static constexpr index_t tokens = 8192;

    worth(const session& job) : job_{&job} {
        const calibration_text& text = job.calibration;
        for (index_t i = 0; i < text.sequences() && text.first(i) < tokens; ++i) {
            const auto sequence = text.sequence(i);
            if (sequence.size() < 2) { continue; }
            windows_.push_back({tokens_.size(), sequence.size(), 1});
            tokens_.insert(tokens_.end(), sequence.begin(), sequence.end());
        }
        base_.emplace(*job.model, window_set{tokens_, windows_}, job.threads, index_t{1} << 28);
    }

    /// Nats a position that the model loses when one matrix has other values.
    [[nodiscard]] result<double>
    of(const std::string& name, std::span<const float> values, index_t rows, index_t cols) const {
        llama changed = *job_->model;
        if (status put = changed.replace(name, {float_part(values, rows, cols)}); !put) {
            return put.error();
        }
        return summarize(base_->compare(changed, job_->threads)).kld;
    }

  private:
    const session* job_;
    std::vector<token_t> tokens_;
    std::vector<window> windows_;
    std::optional<baseline<llama>> base_;
};

/// Nats per unit of loss by two noise levels: the matrix solved at 3 and at 2 bits. The finer one
/// counts, the other tells how far the law is linear.
result<double> weight_of(const session& job,
                         const worth& scale,
                         const named_matrix& matrix,
                         const ordered_factor<float>& f,
                         std::span<const index_t> stored,
                         const zero_rule& zeros,
                         std::vector<finding>& findings) {
    double weights[2] = {};
    index_t i = 0;
    for (const int width : {3, 2}) {
        std::vector<float> w = columns_in_order(matrix.view(), stored);
        const run_rules rules = job.rules();
        const run_recipe all{matrix.cols, layout_for(width, matrix.cols, rules.group), rules.range};
        obs_options o;
        o.grids = rules.grids;
        const auto solved =
            solve_matrix({w.data(), matrix.rows, matrix.cols}, f, {&all, 1}, zeros, o, job.threads);
        if (!solved) { return solved.error(); }
        const auto back = columns_put_back({w.data(), matrix.rows, matrix.cols}, stored);
        const auto kld = scale.of(matrix.name, back, matrix.rows, matrix.cols);
        if (!kld) { return kld.error(); }
        if (!(solved->loss > 0.0)) {
            return error{errc::no_effect, "matrix '" + matrix.name + "' loses nothing at " +
                                              std::to_string(width) + " bits"};
        }
        weights[i++] = *kld / solved->loss;
    }
    if (weights[0] > 3.0 * weights[1] || weights[1] > 3.0 * weights[0]) {
        findings.push_back({"nonlinear", matrix.name + ": a unit of loss is worth " +
                                             finding_text::number(weights[0]) +
                                             " nats at 3 bits, " +
                                             finding_text::number(weights[1]) + " at 2"});
    }
    return weights[0];
}

/// All matrices that read one input.
status survey_input(const session& job,
                    const worth& scale,
                    index_t step,
                    distinct_input input,
                    const input_statistics<>& statistics,
                    const zero_rule& zeros,
                    survey& found) {
    const index_t n = statistics.width();
    note(found.findings, find_few_tokens(statistics.name(), statistics.tokens(), n));
    const auto lone = lone_curvature(job, statistics);
    if (!lone) { return lone.error(); }
    std::vector<double> inverse;
    for (const double c : *lone) {
        inverse.push_back(1.0 / c);
    }
    std::vector<double> sensitivity(n);
    for (const std::string_view reader : llama_readers(input)) {
        const named_matrix& m = job.weights.at(layer_name(step, reader));
        add_sensitivity(m.view(), inverse, 1.0, sensitivity);
    }
    stored_input& stored = found.inputs[statistics.name()];
    // As they come, a group has few columns that matter and its scale serves them; sorted, they
    // compete for it. On the reference model sorting gives up a third to a half below 4 bits and
    // gains nothing above; it serves grouped channels.
    stored.order.resize(n);
    std::iota(stored.order.begin(), stored.order.end(), index_t{0});
    if (!job.wanted.clusters.empty()) {
        const auto groups = groups_of(job.wanted.clusters, statistics, found.findings);
        if (!groups) { return groups.error(); }
        stored.order = grouped_order(*groups, sensitivity);
    } else if (job.wanted.storage == "sorted") {
        stored.order = order_by(sensitivity);
    }
    stored.permuted = job.stores_order();
    if (stored.permuted) { found.other_bits += order_bits(n); }
    const auto f = processing_factor(job, statistics, stored.order, *lone, zeros);
    if (!f) { return f.error(); }
    std::vector<double> pivots(n);  // by the model's columns
    for (index_t i = 0; i < n; ++i) {
        pivots[stored.order[f->order[i]]] = static_cast<double>(f->factor.pivot(i));
    }
    note(found.findings, find_retry(statistics.name(), f->factor.report));
    note(found.findings, find_dead(statistics.name(), f->factor.report.dead_columns, n));
    for (const std::string_view reader : llama_readers(input)) {
        const named_matrix& m = job.weights.at(layer_name(step, reader));
        const auto w = columns_in_order(m.view(), stored.order);
        const auto solve = [&](matrix_view<float> rows, const run_recipe& all) -> status {
            obs_options o;
            o.grids = job.rules().grids;
            const auto solved = solve_matrix(rows, *f, {&all, 1}, zeros, o, job.threads);
            if (!solved) { return solved.error(); }
            return done{};
        };
        auto losses = measure_losses({w.data(), m.rows, n}, *f, job.wanted.widths, job.rules(),
                                     solve, zeros.choice != zero_rule::kind::none, job.threads);
        if (!losses) { return losses.error(); }
        losses->name = m.name;
        if (zeros.choice == zero_rule::kind::two_of_four) { losses->pattern = {2, 4}; }
        const auto weight = weight_of(job, scale, m, *f, stored.order, zeros, found.findings);
        if (!weight) { return weight.error(); }
        losses->weight = *weight;
        found.matrices.push_back(std::move(*losses));
        if (job.wanted.importance == "measured") { continue; }
        const auto scores = scores_of(job.wanted.importance, m, statistics, pivots);
        if (!scores) { return scores.error(); }
        note(found.findings, find_flat_importance(m.name, *scores));
        std::vector<double> as_stored;
        for (const index_t c : stored.order) {
            as_stored.push_back((*scores)[c]);
        }
        found.scores.push_back(std::move(as_stored));
    }
    return done{};
}

}  // namespace

hessian<float> hessian_in_order(const input_statistics<>& statistics,
                                std::span<const index_t> order) {
    const index_t n = statistics.width();
    hessian<float> h{n, statistics.name()};
    const matrix_view<float> lower = h.lower();
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            lower(i, j) = statistics.products()(order[i], order[j]);
        }
    }
    h.assign(lower, statistics.tokens());
    return h;
}

result<std::vector<double>> lone_curvature(const session& job,
                                           const input_statistics<>& statistics) {
    std::vector<index_t> natural(statistics.width());
    std::iota(natural.begin(), natural.end(), index_t{0});
    const auto f = factorize(hessian_in_order(statistics, natural), job.damping(), job.threads);
    if (!f) { return f.error(); }
    const std::vector<float> inverse = inverse_diagonal(*f, job.threads);
    std::vector<double> lone;
    for (index_t j = 0; j < f->size; ++j) {
        const auto root = static_cast<double>(f->root[j]);
        lone.push_back(root * root / static_cast<double>(inverse[j]));
    }
    return lone;
}

result<ordered_factor<float>> processing_factor(const session& job,
                                                const input_statistics<>& statistics,
                                                std::span<const index_t> stored,
                                                std::span<const double> lone,
                                                const zero_rule& zeros) {
    std::vector<double> as_stored;
    for (const index_t c : stored) {
        as_stored.push_back(lone[c]);
    }
    std::vector<index_t> order = order_by(as_stored);
    const bool neighbours = zeros.choice == zero_rule::kind::two_of_four;
    if (neighbours || job.wanted.order == "natural") {
        std::iota(order.begin(), order.end(), index_t{0});
    }
    return factorize_in_order(hessian_in_order(statistics, stored), std::move(order), job.damping(),
                              job.threads);
}

result<ordered_factor<float>> factor_of_nothing(index_t n, thread_pool& threads) {
    hessian<float> h{n, "no calibration"};
    for (index_t j = 0; j < n; ++j) {
        h.lower()(j, j) = 1.0f;
    }
    h.assign(h.lower(), 1);
    std::vector<index_t> order(n);
    std::iota(order.begin(), order.end(), index_t{0});
    return factorize_in_order(h, order, {.amount = 1e-6}, threads);
}

result<survey> survey_rounding(const session& job) {
    survey found;
    std::vector<int> widths = job.wanted.widths;
    std::erase(widths, 0);
    for (index_t step = 0; step < job.model->plan().size(); ++step) {
        for (const distinct_input input : distinct_inputs) {
            for (const std::string_view reader : llama_readers(input)) {
                const named_matrix& m = job.weights.at(layer_name(step, reader));
                const auto f = factor_of_nothing(m.cols, job.threads);
                if (!f) { return f.error(); }
                found.inputs[input_name(step, input)] = {f->order, false};
                const auto solve = [&](matrix_view<float> rows, const run_recipe& all) -> status {
                    const auto solved = solve_matrix(rows, *f, {&all, 1}, {}, {}, job.threads);
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

result<survey> survey_model(const session& job, const zero_rule& zeros) {
    const auto start = std::chrono::steady_clock::now();
    survey found;
    const worth scale{job};
    auto stream = block_stream<llama>::start(*job.model, job.calibration);
    if (!stream) { return stream.error(); }
    quantize_model::progress bar{"survey", job.model->plan().size()};
    while (!stream->at_end()) {
        const index_t step = stream->step();
        step_statistics<> statistics;
        if (status ran = collect_step(*stream, statistics, {}, job.threads); !ran) {
            return ran.error();
        }
        for (const distinct_input input : distinct_inputs) {
            const auto& one = *statistics[static_cast<index_t>(input)];
            status done = survey_input(job, scale, step, input, one, zeros, found);
            if (!done) { return done.error(); }
        }
        bar.advance();
    }
    found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return found;
}

}  // namespace compress_model
