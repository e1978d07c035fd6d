// SPDX-License-Identifier: MIT
// quantize_cache: what each way to store keys and values costs a model, in bits and in nats.
#include "../quantize_model/progress.hpp"
#include "command_line.hpp"
#include "compare.hpp"
#include "measure.hpp"
#include "memory.hpp"
#include "places.hpp"
#include "plans.hpp"
#include "table.hpp"

#include <gradus/io/tokens.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::errc;
using gradus::error;
using gradus::index_t;
using quantize_model::progress;

int fail(exit_code code, const std::string& message) {
    std::cerr << "quantize_cache: " << message << '\n';
    return code;
}

int fail(const error& failure) {
    const bool asked = failure.code == errc::invalid_argument || failure.code == errc::out_of_range;
    return fail(asked                             ? usage
                : failure.code == errc::no_effect ? no_effect
                : failure.code == errc::io        ? no_output
                                                  : bad_input,
                failure.message);
}

gradus::result<measured_text>
load_text(const std::string& file, bool bytes, index_t vocabulary, index_t context) {
    // As in quantize_model: beyond byte-level models bytes would pass for some tokens.
    constexpr index_t most_byte_level = 256 + 128;
    if (bytes && vocabulary > most_byte_level) {
        return error{errc::invalid_argument,
                     file + ": bytes are not the tokens of this model (its vocabulary has " +
                         std::to_string(vocabulary) + "); give its tokens by --tokens FILE.npy"};
    }
    auto tokens = bytes ? gradus::load_tokens_bytes(file, vocabulary, gradus::all_tokens)
                        : gradus::load_tokens_npy(file, vocabulary, gradus::all_tokens);
    if (!tokens) { return tokens.error(); }
    auto windows = gradus::cut_windows(tokens.value(), {.context = context});
    if (!windows) { return error{windows.error().code, file + ": " + windows.error().message}; }
    return measured_text{std::filesystem::path{file}.filename().string(), std::move(tokens).value(),
                         std::move(windows).value()};
}

/// The last windows of the first text, which are evaluated no more.
gradus::status split_off(measured_text& text, const options& wanted, measured_text& calibration) {
    const index_t count = wanted.calibration_windows;
    if (text.windows.size() <= count) {
        return error{errc::invalid_argument,
                     text.name + ": " + std::to_string(text.windows.size()) +
                         " windows are too few to calibrate on " + std::to_string(count) +
                         " of them. Give --calibration FILE"};
    }
    const auto end = text.windows.end();
    calibration.name = text.name + " (its end)";
    calibration.tokens = text.tokens;
    calibration.windows.assign(end - static_cast<std::ptrdiff_t>(count), end);
    text.windows.resize(text.windows.size() - count);
    return gradus::done{};
}

gradus::status load_texts(const options& wanted, index_t vocabulary, session& shared) {
    for (const auto& [files, bytes] :
         {std::pair{&wanted.token_files, false}, std::pair{&wanted.byte_files, true}}) {
        for (const std::string& file : *files) {
            auto text = load_text(file, bytes, vocabulary, wanted.context);
            if (!text) { return text.error(); }
            shared.texts.push_back(std::move(text).value());
        }
    }
    if (wanted.calibration.empty()) {
        if (gradus::status s = split_off(shared.texts.front(), wanted, shared.calibration); !s) {
            return s;
        }
    } else {
        const bool bytes = !wanted.calibration.ends_with(".npy");
        auto text = load_text(wanted.calibration, bytes, vocabulary, wanted.context);
        if (!text) { return text.error(); }
        const index_t kept =
            std::min<index_t>(text.value().windows.size(), wanted.calibration_windows);
        shared.calibration.name = text.value().name;
        shared.calibration.tokens = text.value().tokens;
        shared.calibration.windows = text.value().windows;
        shared.calibration.windows.resize(kept);
    }
    for (measured_text& text : shared.texts) {
        const index_t most = wanted.limit ? *wanted.limit / wanted.context : text.windows.size();
        if (most == 0) {
            return error{errc::invalid_argument, "--limit is below one window of the context"};
        }
        text.windows.resize(std::min<index_t>(text.windows.size(), most));
    }
    return gradus::done{};
}

/// The embedded model and its own text, where the user names none.
void fill_in(options& wanted) {
    if (!wanted.model.empty()) { return; }
    wanted.model = QUANTIZE_CACHE_EMBEDDED;
    if (!wanted.token_files.empty() || !wanted.byte_files.empty()) { return; }
    wanted.byte_files.push_back(wanted.model + "/self-text.bin");
    if (!wanted.limit) { wanted.limit = 4096; }  // 16 windows of 256
}

void print_split(const memory_split& split) {
    std::printf("\n%llu bytes for a context of %llu tokens:\n"
                "  embedding, head, norms %12llu bytes (f16)\n"
                "  weights of the decoder %12llu bytes, %.3f bits a weight\n"
                "  keys and values        %12llu bytes, %.3f bits a number\n"
                "  KLD %.3e (predicted %.3e)\n",
                static_cast<unsigned long long>(split.memory),
                static_cast<unsigned long long>(split.context),
                static_cast<unsigned long long>(split.fixed_bytes),
                static_cast<unsigned long long>(split.weight_bytes), split.bits_per_weight,
                static_cast<unsigned long long>(split.cache_bytes), split.bits_per_cached,
                split.kld, split.predicted_kld);
    std::fflush(stdout);
}

int measure_all(session& shared,
                const std::vector<arm>& arms,
                report& measured,
                gradus::thread_pool& threads) {
    print_head(std::cout, measured.texts);
    progress bar{"", arms.size()};
    for (const arm& one : arms) {
        bar.set_label(one.scheme);
        auto done = measure(shared, one, threads);
        if (!done) { return fail(done.error()); }
        bar.hide();
        print_run(std::cout, done.value());
        measured.runs.push_back(std::move(done).value());
        bar.advance();
    }
    measured.comparisons = compare_runs(measured.runs, measured.texts, importance_bound(shared));
    print_comparisons(std::cout, measured.comparisons);
    auto heads = compare_mappings(shared, threads);
    if (!heads) { return fail(heads.error()); }
    measured.heads = std::move(heads).value();
    return success;
}

int measure_and_report(const options& wanted,
                       session& shared,
                       const gradus::model_weights& weights,
                       const std::vector<arm>& arms,
                       report& measured) {
    gradus::thread_pool threads{
        wanted.threads != 0 ? wanted.threads : std::max(1u, std::thread::hardware_concurrency())};
    for (measured_text& text : shared.texts) {
        text.base.emplace(*shared.model, text.set(), threads, index_t{1} << 30);
        const gradus::text_nats nats = gradus::measure_nats(*shared.model, text.set(), threads);
        measured.texts.push_back({text.name, nats.positions, nats.mean(), nats.perplexity()});
    }
    if (gradus::status s = calibrate(shared); !s) { return fail(s.error()); }
    int code = success;
    if (wanted.memory) {
        auto split = divide_memory(shared, weights, *wanted.memory, threads);
        if (!split) { return fail(split.error()); }
        print_split(split.value());
        measured.budget = std::move(split).value();
    }
    if (!wanted.memory || !wanted.series.empty()) {
        code = measure_all(shared, arms, measured, threads);
    }
    if (measured.runs.empty() && !measured.budget) { return code; }
    if (gradus::status s = write_results(measured, wanted); !s) {
        return fail(no_output, s.error().message);
    }
    if (!wanted.report.empty()) { std::cout << "\nReport: " << wanted.report; }
    if (!wanted.plot.empty() && !measured.runs.empty()) { std::cout << "\nPlot: " << wanted.plot; }
    std::cout << std::endl;
    return code;
}

void print_arms(const std::vector<arm>& arms) {
    for (const arm& one : arms) {
        std::cout << one.series << ' ' << one.scheme << '\n';
    }
}

int work(options wanted) {
    if (wanted.list) {
        for (const auto& [name, about] : series_names()) {
            std::cout << "  " << name << ": " << about << '\n';
        }
        return success;
    }
    const auto arms = planned_arms(wanted);
    if (!arms) { return fail(arms.error()); }
    if (wanted.dry_run) { return print_arms(arms.value()), success; }
    if (gradus::status places = check_places(wanted); !places) {
        const bool contradiction = places.error().code == errc::invalid_argument;
        return fail(contradiction ? usage : no_output, places.error().message);
    }
    const bool embedded = wanted.model.empty();
    fill_in(wanted);
    if (wanted.token_files.empty() && wanted.byte_files.empty()) {
        return fail(usage, "--model needs a text: --tokens FILE.npy or --bytes FILE");
    }
    const auto weights = gradus::load_llama_weights(wanted.model);
    if (!weights) { return fail(weights.error()); }
    const auto model = gradus::make_llama(weights.value());
    if (!model) { return fail(model.error()); }
    const index_t most = weights.value().config.max_position_embeddings;
    if (wanted.context > most) {
        return fail(usage, "--context " + std::to_string(wanted.context) +
                               " is beyond the model's " + std::to_string(most) + " positions");
    }
    session shared;
    shared.model = &model.value();
    shared.weights = &weights.value();
    shared.context = wanted.context;
    if (gradus::status s = load_texts(wanted, weights.value().config.vocab_size, shared); !s) {
        return fail(s.error());
    }
    report measured;
    measured.model = embedded ? "reference (embedded)" : wanted.model;
    return measure_and_report(wanted, shared, weights.value(), arms.value(), measured);
}

}  // namespace
}  // namespace quantize_cache

int main(int argc, char** argv) {
    quantize_cache::options wanted;
    if (const auto code = quantize_cache::parse(argc, argv, wanted)) { return *code; }
    return quantize_cache::work(std::move(wanted));
}
