// SPDX-License-Identifier: MIT
// generate_text: what few bits a weight do for the speed and the memory of a model.
#include "command_line.hpp"
#include "measure.hpp"
#include "table.hpp"
#include "variants.hpp"

#include <gradus/io/write_file.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace generate_text {
namespace {

using gradus::errc;
using gradus::error;

int fail(exit_code code, const std::string& message) {
    std::cerr << "generate_text: " << message << '\n';
    return code;
}

/// Freed floats of the last model would count as memory of this one.
void return_freed_memory() {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

/// Mistakes that are seen before any work.
gradus::status check_options(const options& wanted) {
    if (wanted.prompt.empty()) {
        return error{errc::invalid_argument, "--prompt is empty (the text must begin somehow)"};
    }
    const std::filesystem::path file{wanted.report};
    std::error_code ignored;
    if (!file.empty() && std::filesystem::is_directory(file, ignored)) {
        return error{errc::io, "--report '" + wanted.report + "' is a directory"};
    }
    if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), ignored)) {
        return error{errc::io, "--report '" + wanted.report + "': there is no directory '" +
                                   file.parent_path().string() + "'"};
    }
    return gradus::done{};
}

/// Whether prompt and text fit the model. `unsupported`: the model is at fault.
gradus::status check_model(const options& wanted, const gradus::model_config& config) {
    if (config.vocab_size != 256) {
        return error{errc::unsupported, "'" + wanted.model + "' has " +
                                            std::to_string(config.vocab_size) +
                                            " tokens (expected 256: a token is a byte here)"};
    }
    const std::size_t prompt = wanted.prompt.size();
    if (prompt + wanted.tokens > config.max_position_embeddings) {
        return error{errc::invalid_argument,
                     "a prompt of " + std::to_string(prompt) + " and --tokens " +
                         std::to_string(wanted.tokens) + " are beyond the model's " +
                         std::to_string(config.max_position_embeddings) + " positions"};
    }
    return gradus::done{};
}

/// The model in each width, one after the other, so that the memory of one is its own.
int measure_all(const options& wanted, gradus::thread_pool& threads, report& measured) {
    for (const int bits : widths()) {
        auto weights = gradus::load_llama_weights(wanted.model);
        if (!weights) { return fail(bad_input, weights.error().message); }
        if (gradus::status fits = check_model(wanted, weights->config); !fits) {
            const bool option = fits.error().code == errc::invalid_argument;
            return fail(option ? usage : bad_input, fits.error().message);
        }
        auto model = make_variant(std::move(weights).value(), bits, wanted.seen_as, threads);
        if (!model) { return fail(bad_input, scheme_name(bits) + ": " + model.error().message); }
        return_freed_memory();
        if (measured.rows.empty()) { print_head(std::cout, measured); }
        measured.rows.push_back(measure(model.value(), scheme_name(bits), wanted, threads));
        print_row(std::cout, measured.rows.back());
    }
    return success;
}

int work(options wanted) {
    if (gradus::status sound = check_options(wanted); !sound) {
        const bool file = sound.error().code == errc::io;
        return fail(file ? no_output : usage, sound.error().message);
    }
    const bool embedded = wanted.model.empty();
    if (embedded) { wanted.model = GENERATE_TEXT_EMBEDDED; }
    gradus::thread_pool threads{
        wanted.threads != 0 ? wanted.threads : std::max(1u, std::thread::hardware_concurrency())};
    report measured{.model = embedded ? "reference (embedded)" : wanted.model,
                    .activations = wanted.seen_as == activations::int8 ? "int8" : "f32",
                    .threads = threads.size(),
                    .seed = wanted.seed,
                    .prompt = wanted.prompt,
                    .prompt_tokens = wanted.prompt.size(),
                    .tokens = wanted.tokens,
                    .rows = {}};
    if (const int code = measure_all(wanted, threads, measured); code != success) { return code; }
    std::cout << "\n\"" << readable(wanted.prompt) << "\" goes on:\n";
    print_texts(std::cout, measured);
    if (wanted.report.empty()) { return success; }
    if (gradus::status written = gradus::write_file(wanted.report, to_json(measured)); !written) {
        return fail(no_output, written.error().message);
    }
    std::cout << "\nReport: " << wanted.report << std::endl;
    return success;
}

}  // namespace
}  // namespace generate_text

int main(int argc, char** argv) {
    generate_text::options wanted;
    if (const auto code = generate_text::parse(argc, argv, wanted)) { return *code; }
    return generate_text::work(std::move(wanted));
}
