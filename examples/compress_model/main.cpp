// SPDX-License-Identifier: MIT
// compress_model: bits where they are worth most, pruned and quantized jointly, exactly to budget.
#include "command_line.hpp"
#include "complete.hpp"
#include "facts.hpp"
#include "failure.hpp"
#include "results.hpp"
#include "series.hpp"
#include "table.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace compress_model {
namespace {

using namespace gradus;
namespace fs = std::filesystem;

void describe_job(const session& job, bool embedded, report& measured) {
    measured.model = embedded ? "reference (embedded)" : job.wanted.model;
    for (const std::string& from : job.wanted.calibrate) {
        measured.calibration += (measured.calibration.empty() ? "" : " + ") + from;
    }
    for (const measured_text& text : job.texts) {
        const text_nats nats = measure_nats(*job.model, text.set(), job.threads);
        measured.texts.push_back({text.name, nats.positions, nats.mean(), nats.perplexity()});
    }
}

std::vector<target> targets_of(const options& wanted) {
    std::vector<target> targets;
    for (const double bits : wanted.bits) {
        targets.push_back({bits, bit_count::stored_bits});
    }
    for (const double bits : wanted.code_bits) {
        targets.push_back({bits, bit_count::code_bits});
    }
    return targets;
}

fs::path temporary_place() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    return fs::temp_directory_path() / ("compress_model." + std::to_string(now));
}

/// What an earlier job completed, where outputs are kept; else a place for what need not stay in
/// memory.
status open_record(session& job, const fs::path& place) {
    const options& wanted = job.wanted;
    const bool stays = !wanted.output.empty();
    auto kept = record::open(place, stays ? facts_of(job) : facts{}, wanted.fresh);
    if (!kept) { return kept.error(); }
    job.kept = std::move(*kept);
    const std::string known = job.kept.contents();
    if (known.empty()) { return done{}; }
    std::cout << "resumed: " << known << " from " << job.kept.path("") << std::endl;
    return done{};
}

/// The weights themselves are not kept beside the model: `session::matrix` reads them again.
result<llama> load_model(const std::string& directory) {
    const auto weights = load_llama_weights(directory);
    if (!weights) { return weights.error(); }
    return make_llama(*weights);
}

/// Details and files of the runs that there are; `code` is that of the runs.
int finish(const work& w, int code) {
    const options& wanted = w.job.wanted;
    print_scales(std::cout, w.measured.scales);
    print_alphas(std::cout, w.measured.alphas);
    if (w.measured.runs.empty()) { return code; }
    for (const run& one : w.measured.runs) {
        if (one.method.find("joint") != std::string::npos) { print_details(std::cout, one); }
    }
    if (status written = write_results(w.measured, wanted); !written) {
        return fail(no_output, written.error().message);
    }
    std::cout << "\nReport: " << wanted.report << "\nPlot: " << wanted.plot << std::endl;
    if (code != success) { return code; }
    if (const auto same = twins(w.measured)) { return fail(no_effect, same->message); }
    return success;
}

int compress(options wanted) {
    const bool embedded = wanted.model.empty();
    if (status sound = complete(wanted); !sound) { return fail(sound.error()); }
    const auto source = safetensors_source::open(wanted.model);
    if (!source) { return fail(source.error()); }
    const auto model = load_model(wanted.model);
    if (!model) { return fail(model.error()); }
    thread_pool threads{wanted.threads != 0 ? wanted.threads
                                            : std::max(1u, std::thread::hardware_concurrency())};
    session job{wanted, *source, &*model, {}, {}, threads};
    if (status loaded = load_texts(job); !loaded) { return fail(loaded.error()); }
    const fs::path place = wanted.output.empty() ? temporary_place() : fs::path{wanted.output};
    if (status opened = open_record(job, place); !opened) { return fail(opened.error()); }
    report measured;
    describe_job(job, embedded, measured);
    print_head(std::cout, measured.texts);
    work w{job, measured, place};
    const int code = run_series(w, targets_of(wanted));
    std::error_code ignored;
    if (wanted.output.empty()) { fs::remove_all(w.place, ignored); }
    return finish(w, code);
}

}  // namespace
}  // namespace compress_model

int main(int argc, char** argv) {
    compress_model::options wanted;
    if (const auto code = compress_model::parse(argc, argv, wanted)) { return *code; }
    return compress_model::compress(std::move(wanted));
}
