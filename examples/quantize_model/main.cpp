// SPDX-License-Identifier: MIT
// quantize_model: what each scheme costs a model, in bits and in nats.
#include "command_line.hpp"
#include "measure.hpp"
#include "places.hpp"
#include "plan.hpp"
#include "table.hpp"
#include "tensors.hpp"

#include <gradus/io/tokens.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

namespace quantize_model {
namespace {

using gradus::errc;
using gradus::error;
using gradus::index_t;

int fail(exit_code code, const std::string& message) {
    std::cerr << "quantize_model: " << message << '\n';
    return code;
}

/// The exit code for an error of the library.
exit_code code_of(const error& failure) {
    if (failure.code == errc::no_effect) { return no_effect; }
    return failure.code == errc::invalid_argument ? usage : bad_input;
}

/// The same in the middle of a run, where what is read has just been written, and no scale may be
/// beyond its format.
exit_code code_in_run(const error& failure) {
    if (failure.code == errc::io) { return no_output; }
    return failure.code == errc::out_of_range ? usage : code_of(failure);
}

int fail(const error& failure) {
    return fail(code_of(failure), failure.message);
}

/// All texts, cut into windows.
gradus::result<std::deque<measured_text>> load_texts(const options& wanted, index_t vocabulary) {
    const index_t limit = wanted.limit.value_or(gradus::all_tokens);
    const gradus::window_options cut{.context = wanted.context,
                                     .part = wanted.second_half ? gradus::scored::second_half
                                                                : gradus::scored::all,
                                     .document = wanted.document};
    // A byte is a token of a byte-level model, which has few tokens besides; elsewhere every byte
    // would pass for some token, and the losses would mean nothing.
    constexpr index_t most_byte_level = 256 + 128;
    if (!wanted.byte_files.empty() && vocabulary > most_byte_level) {
        return error{errc::invalid_argument, wanted.byte_files.front() +
                                                 ": bytes are not the tokens of this model (its "
                                                 "vocabulary has " +
                                                 std::to_string(vocabulary) +
                                                 "); give its tokens by --tokens FILE.npy"};
    }
    std::deque<measured_text> texts;
    for (const auto& [files, load] : {std::pair{&wanted.token_files, &gradus::load_tokens_npy},
                                      std::pair{&wanted.byte_files, &gradus::load_tokens_bytes}}) {
        for (const std::string& file : *files) {
            auto tokens = load(file, vocabulary, limit);
            if (!tokens) { return tokens.error(); }
            auto windows = gradus::cut_windows(tokens.value(), cut);
            if (!windows) {
                return error{windows.error().code, file + ": " + windows.error().message};
            }
            texts.push_back({std::filesystem::path{file}.filename().string(),
                             std::move(tokens).value(), std::move(windows).value()});
        }
    }
    return texts;
}

int measure_all(const options& wanted,
                const session& shared,
                const std::vector<planned_scheme>& schemes,
                report& measured,
                gradus::thread_pool& threads) {
    const workplace place{wanted.output};
    std::vector<std::string> names;
    for (const planned_scheme& s : schemes) {
        names.push_back(s.name);
    }
    const table rows{std::cout, names, measured.texts};
    rows.print_head();
    progress bar{"", schemes.size() * shared.source.size() * (1 + shared.texts.size())};
    for (const planned_scheme& scheme : schemes) {
        bar.set_label(scheme.name);
        const std::string directory = place.scheme(scheme.name);
        if (directory.empty()) {
            return fail(no_output, "cannot make a directory for '" + scheme.name + "' in " +
                                       (wanted.output.empty() ? "the one for temporary files"
                                                              : "'" + wanted.output + "'"));
        }
        auto done = measure(shared, scheme, directory, threads, bar);
        if (!done) { return fail(code_in_run(done.error()), done.error().message); }
        bar.hide();
        rows.print(done.value());
        measured.runs.push_back(std::move(done).value());
    }
    return success;
}

/// The embedded model and its own text, where the user names none.
void fill_in(options& wanted) {
    if (!wanted.model.empty()) { return; }
    wanted.model = QUANTIZE_MODEL_EMBEDDED;
    if (!wanted.token_files.empty() || !wanted.byte_files.empty()) { return; }
    wanted.byte_files.push_back(wanted.model + "/self-text.bin");
    if (!wanted.limit) { wanted.limit = 33024; }  // 129 windows of 256: 32,895 positions
}

/// The float model on every text: what all schemes are compared with.
void measure_floats(session& shared, report& measured, gradus::thread_pool& threads) {
    progress bar{"float model", 2 * shared.texts.size()};
    for (measured_text& text : shared.texts) {
        constexpr index_t budget = index_t{1} << 30;  // bytes of float log-probabilities a text
        text.base.emplace(*shared.model, text.set(), threads, budget);
        bar.advance();
        const gradus::text_nats nats = gradus::measure_nats(*shared.model, text.set(), threads);
        bar.advance();
        measured.texts.push_back({text.name, nats.positions, nats.mean(), nats.perplexity()});
    }
}

/// Measures, writes what there is even after a failure, and says what must be said.
int measure_and_report(const options& wanted,
                       session& shared,
                       const std::vector<planned_scheme>& schemes,
                       report& measured) {
    gradus::thread_pool threads{
        wanted.threads != 0 ? wanted.threads : std::max(1u, std::thread::hardware_concurrency())};
    measure_floats(shared, measured, threads);
    const int code = measure_all(wanted, shared, schemes, measured, threads);
    if (measured.runs.empty()) { return code; }
    if (gradus::status written = write_results(measured, wanted); !written) {
        return fail(no_output, written.error().message);
    }
    for (const auto& [what, file] :
         {std::pair{"\nReport: ", &wanted.report}, std::pair{"\nPlot: ", &wanted.plot}}) {
        if (!file->empty()) { std::cout << what << *file; }
    }
    std::cout << std::endl;
    if (code != success) { return code; }
    if (const auto same = twins(measured)) { return fail(no_effect, same->message); }
    return success;
}

int work(options wanted) {
    if (wanted.list) { return print_menu(), success; }
    const auto schemes = plan(wanted);
    if (!schemes) { return fail(usage, schemes.error().message); }
    if (gradus::status places = check_places(wanted); !places) {
        const bool contradiction = places.error().code == errc::invalid_argument;
        return fail(contradiction ? usage : no_output, places.error().message);
    }
    const bool embedded = wanted.model.empty();
    fill_in(wanted);
    if (wanted.token_files.empty() && wanted.byte_files.empty()) {
        return fail(usage, "--model needs a text: --tokens FILE.npy or --bytes FILE");
    }
    const auto source = gradus::safetensors_source::open(wanted.model);
    if (!source) { return fail(source.error()); }
    const auto chosen = chosen_tensors(source.value(), wanted);
    if (!chosen) { return fail(usage, chosen.error().message); }
    auto weights = gradus::load_llama_weights(wanted.model);
    if (!weights) { return fail(weights.error()); }
    const auto model = gradus::make_llama(weights.value());
    if (!model) { return fail(model.error()); }
    const index_t most = weights->config.max_position_embeddings;
    if (wanted.context > most) {
        return fail(usage, "--context " + std::to_string(wanted.context) +
                               " is beyond the model's " + std::to_string(most) + " positions");
    }
    auto texts = load_texts(wanted, weights->config.vocab_size);
    if (!texts) { return fail(texts.error()); }
    session shared{source.value(), std::move(weights).value(), chosen.value(),
                   &model.value(), std::move(texts).value(),   wanted.seed.value_or(1)};
    if (gradus::status s = check_groups(schemes.value(), shared); !s) { return fail(s.error()); }
    report measured{
        .model = embedded ? "reference (embedded)" : wanted.model, .texts = {}, .runs = {}};
    return measure_and_report(wanted, shared, schemes.value(), measured);
}

}  // namespace
}  // namespace quantize_model

int main(int argc, char** argv) {
    quantize_model::options wanted;
    if (const auto code = quantize_model::parse(argc, argv, wanted)) { return *code; }
    return quantize_model::work(std::move(wanted));
}
