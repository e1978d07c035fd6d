// SPDX-License-Identifier: MIT
// Solve, write, read back, measure.
#include "carry_out.hpp"
#include "memory.hpp"
#include "metadata.hpp"
#include "stopwatch.hpp"
#include "store.hpp"

#include <gradus/compress/plan_findings.hpp>

namespace compress_model {

using namespace gradus;

namespace {

/// Errors and zeros of the matrices.
void describe_solution(const solved_model& solved, std::uint64_t weights, run& one) {
    double zero_weights = 0.0;
    for (const auto& [matrix, s] : solved.matrices) {
        one.relative_layer_error.push_back({matrix, s.relative_error});
        zero_weights += s.zeros * static_cast<double>(s.packed.rows * s.packed.cols);
    }
    one.sparsity = zero_weights / static_cast<double>(weights);
}

void describe_file(const stored_model& stored, run& one) {
    one.common.bits_per_weight_file = stored.file_bits;
    one.common.bits_per_weight_decoder = stored.decoder_bits;
    one.common.file_bytes = stored.file_bytes;
    one.achieved_bits = stored.decoder_bits;
}

void measure_texts(const session& job, const llama& model, run& one) {
    for (const measured_text& text : job.texts) {
        const losses found = summarize(text.base->compare(model, job.threads));
        one.common.losses.push_back({text.name, found.ppl, found.ppl_ratio, found.kld,
                                     found.kld_low, found.kld_high, found.top1});
    }
}

}  // namespace

void describe_plan(const bit_plan& plan, const survey& known, const session& job, run& one) {
    const std::uint64_t weights = job.decoder_weights();
    describe_metadata(plan, known, job, one);
    std::map<std::string, std::uint64_t> layers;
    for (const matrix_plan& m : plan.matrices) {
        const auto dot = m.name.find('.', 13);
        const std::string layer = "layer " + m.name.substr(13, dot - 13);
        layers[layer] += m.rows * m.cols;
        for (index_t r = 0; r < m.runs.size(); ++r) {
            const auto count = static_cast<double>(m.rows * m.runs[r].cols);
            one.widths[m.widths[r]] += count / static_cast<double>(weights);
            one.layer_widths[layer][m.widths[r]] += count;
        }
    }
    for (auto& [layer, widths] : one.layer_widths) {
        for (auto& [width, count] : widths) {
            count /= static_cast<double>(layers[layer]);
        }
    }
    one.code_bits = average_bits(plan.codes, weights);
    one.predicted_kld = plan.predicted;
    one.gap = plan.predicted - plan.bound;
}

void note_plan(work& w, const survey& known, const bit_plan& plan) {
    std::vector<finding> findings;
    if (const auto heavy = find_heavy_metadata(plan, known.other_bits)) {
        findings.push_back(*heavy);
    }
    const auto odd = find_degenerate(known.matrices, plan, w.job.rules(), w.job.wanted.block);
    if (odd) { findings.push_back(*odd); }
    w.note(findings);
}

result<run> carry_out(work& w,
                      const survey& known,
                      const bit_plan& plan,
                      const std::optional<target>& goal,
                      const zero_rule& zeros,
                      method how,
                      const std::string& name) {
    const stopwatch whole;
    run one;
    one.common.scheme = name;
    const std::string entry = directory_name(name);
    std::uint64_t held = begin_stage();
    auto solved = solve_model(w.job, known, plan, goal, zeros, how, entry);
    if (!solved) { return solved.error(); }
    one.stages.push_back(ended_stage("calibration", solved->calibration_seconds, held));
    one.stages.push_back(ended_stage("solution", solved->solution_seconds, held));
    w.note(solved->findings);
    describe_plan(solved->plan, known, w.job, one);
    const stopwatch storing;
    held = begin_stage();
    const auto directory = w.place / entry;
    std::error_code made;
    std::filesystem::create_directories(directory, made);
    const auto stored = store_model(w.job, known, *solved, directory.string(), entry);
    if (!stored) { return stored.error(); }
    one.stages.push_back(ended_stage("file", storing.seconds(), held));
    const stopwatch measuring;
    held = begin_stage();
    measure_texts(w.job, *stored->model, one);
    one.stages.push_back(ended_stage("evaluation", measuring.seconds(), held));
    describe_file(*stored, one);
    describe_solution(*solved, w.job.decoder_weights(), one);
    for (const stage& s : one.stages) {
        one.common.peak_bytes = std::max(one.common.peak_bytes, s.peak_bytes);
    }
    one.common.seconds = whole.seconds();
    return one;
}

}  // namespace compress_model
