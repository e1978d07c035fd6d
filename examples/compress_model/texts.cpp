// SPDX-License-Identifier: MIT
// Calibration and measured texts, from files or from the model itself.
#include "session.hpp"

#include <gradus/compress/findings.hpp>
#include <gradus/io/tokens.hpp>

#include <filesystem>

namespace compress_model {

using namespace gradus;

namespace {

// A byte is a token of a byte-level model, which has few tokens besides.
constexpr index_t most_byte_level = 256 + 128;

result<std::vector<token_t>> load(const std::string& file, index_t vocabulary, index_t limit) {
    if (file.ends_with(".npy")) { return load_tokens_npy(file, vocabulary, limit); }
    if (vocabulary > most_byte_level) {
        return error{errc::invalid_argument,
                     file + ": bytes are not the tokens of this model (its vocabulary has " +
                         std::to_string(vocabulary) + "); give its tokens as .npy"};
    }
    return load_tokens_bytes(file, vocabulary, limit);
}

status load_calibration(session& job) {
    const options& wanted = job.wanted;
    const index_t vocabulary = job.model->vocabulary();
    for (const std::string& from : wanted.calibrate) {
        calibration_text text;
        if (from == "self") {
            const index_t count = std::max<index_t>(wanted.calibration_tokens / wanted.context, 1);
            const calibration_text written =
                self_text(*job.model, token_t{'\n'} % static_cast<token_t>(vocabulary),
                          wanted.context, count, wanted.seed.value_or(1), job.threads);
            std::vector<token_t> tokens;
            for (index_t i = 0; i < written.sequences(); ++i) {
                const auto sequence = written.sequence(i);
                tokens.insert(tokens.end(), sequence.begin(), sequence.end());
            }
            text = {std::move(tokens), wanted.calibration_length};
        } else {
            auto tokens = load(from, vocabulary, wanted.calibration_tokens);
            if (!tokens) { return tokens.error(); }
            text = {std::move(*tokens), wanted.calibration_length};
        }
        for (index_t i = 0; i < text.sequences(); ++i) {
            job.calibration.add(text.sequence(i));
        }
    }
    return job.calibration.check(job.model->positions(), vocabulary);
}

status add_text(session& job, const std::string& file) {
    const options& wanted = job.wanted;
    auto tokens = load(file, job.model->vocabulary(), wanted.limit.value_or(all_tokens));
    if (!tokens) { return tokens.error(); }
    auto windows =
        cut_windows(*tokens, {.context = wanted.context,
                              .part = wanted.second_half ? scored::second_half : scored::all});
    if (!windows) { return error{windows.error().code, file + ": " + windows.error().message}; }
    std::vector<token_t> seen;
    for (index_t i = 0; i < job.calibration.sequences(); ++i) {
        const auto sequence = job.calibration.sequence(i);
        seen.insert(seen.end(), sequence.begin(), sequence.end());
    }
    if (const auto leak = find_leak(seen, *tokens)) {
        return error{errc::invalid_argument, file + ": leak: " + leak->message};
    }
    job.texts.push_back(
        {std::filesystem::path{file}.filename().string(), std::move(*tokens), std::move(*windows)});
    measured_text& text = job.texts.back();
    text.base.emplace(*job.model, text.set(), job.threads, index_t{1} << 30);
    return done{};
}

}  // namespace

status load_texts(session& job) {
    if (status loaded = load_calibration(job); !loaded) { return loaded; }
    for (const auto* files : {&job.wanted.token_files, &job.wanted.byte_files}) {
        for (const std::string& file : *files) {
            if (status added = add_text(job, file); !added) { return added; }
        }
    }
    return done{};
}

}  // namespace compress_model
