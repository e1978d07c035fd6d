// SPDX-License-Identifier: MIT
// quantize_model: what each scheme costs a model, in bits and in nats.
#include "backend.hpp"
#include "measure.hpp"
#include "plot.hpp"
#include "table.hpp"
#include "tensors.hpp"

#include <gradus/config/parse_scheme.hpp>
#include <gradus/io/tokens.hpp>
#include <gradus/io/write_file.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <thread>
#include <tuple>
#include <unistd.h>

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

std::optional<int> parse(int argc, char** argv, options& wanted) {
    CLI::App app{
        "Quantizes a model by each scheme, writes it, reads it back, and measures what it lost."};
    app.footer("Scheme: "
               "<mapping>[<bits>][:<variant>][@<offset>]_<tensor|channel|gN>[_<scale>][_<range>[=V]"
               "][_<rounding>[=V]]\n"
               "  e.g. uniform_symmetric4_g64_mse, adaptive_quantile3_g32_log8_mse, "
               "ternary_channel; see --list\n"
               "Exit codes: 0 done, 2 bad option, scheme or pattern, 3 unreadable model or text,\n"
               "  4 a scheme without effect or indistinguishable from another, 5 a file cannot be "
               "written");
    app.add_option("--model", wanted.model,
                   "directory with config.json and safetensors (default: the embedded model)");
    app.add_option("--tokens", wanted.token_files, "text as tokens, .npy; may be repeated");
    app.add_option("--bytes", wanted.byte_files,
                   "text as bytes, for byte-level models; may be repeated");
    app.add_option("--context", wanted.context, "tokens a window")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--limit", wanted.limit, "tokens of each text to use")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--documents", wanted.document, "a window starts at each token with this id");
    app.add_flag("--second-half", wanted.second_half, "score the second half of each window only");
    app.add_option("--scheme", wanted.schemes,
                   "scheme to measure; may be repeated (default: about 45)");
    app.add_flag("--all", wanted.all, "one scheme for every layout of the menu");
    app.add_option("--include", wanted.include,
                   "quantize tensors whose name matches (default: the decoder's matrices)");
    app.add_option("--exclude", wanted.exclude, "but not those whose name matches");
    app.add_option("--output", wanted.output,
                   "keep the packed models here, one directory a scheme");
    app.add_option("--report", wanted.report, "machine-readable results ('': none)")
        ->capture_default_str();
    app.add_option("--plot", wanted.plot, "divergence against bits, SVG ('': none)")
        ->capture_default_str();
    app.add_option("--threads", wanted.threads, "0: all of the machine")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_option("--seed", wanted.seed, "of stochastic and noisy rounding")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--list", wanted.list, "print the menu of layouts and leave");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { return app.exit(problem) == 0 ? success : usage; }
    return std::nullopt;
}

void print_menu() {
    std::cout << "Layouts (gN: any group size, or 'channel'; @: a grid offset in (0, 1)):\n";
    for (const std::string_view name : menu_names()) {
        std::cout << "  " << name << '\n';
    }
    std::cout
        << "Ranges: " << gradus::scheme_words::ranges
        << "\nRoundings: " << gradus::scheme_words::roundings
        << "\nadaptive_quantile also takes :density, :mass and :zero (training of its codebook)\n"
           "f16 stands alone and stores 16-bit floats\n";
}

/// What a scheme does, however it is spelt.
auto meaning_of(const gradus::scheme& how) {
    const auto knob_of = []<class Policy>(const Policy& policy) {
        if constexpr (requires { policy.percent; }) { return policy.percent; }
        if constexpr (requires { policy.norm; }) { return policy.norm; }
        if constexpr (requires { policy.fraction; }) { return policy.fraction; }
        return 0.0f;
    };
    return std::tuple{how.layout.text(),
                      how.placement,
                      how.exact_zero,
                      how.range.choice.index(),
                      how.rounding.index(),
                      std::visit(knob_of, how.range.choice),
                      std::visit(knob_of, how.rounding)};
}

/// Two names of one scheme, if there are such.
std::optional<error> synonyms(const std::vector<planned_scheme>& planned) {
    for (index_t i = 0; i < planned.size(); ++i) {
        for (index_t j = 0; j < i; ++j) {
            if (planned[i].parsed && planned[j].parsed &&
                meaning_of(*planned[i].parsed) == meaning_of(*planned[j].parsed)) {
                return error{errc::invalid_argument, "schemes '" + planned[j].name + "' and '" +
                                                         planned[i].name +
                                                         "' are one scheme; drop one of them"};
            }
        }
    }
    return std::nullopt;
}

/// Everything that can be wrong with the schemes, before any work.
gradus::result<std::vector<planned_scheme>> plan(const options& wanted) {
    if (wanted.all && !wanted.schemes.empty()) {
        return error{errc::invalid_argument, "--all and --scheme exclude each other"};
    }
    std::vector<std::string> names = wanted.schemes;
    if (names.empty()) { names = wanted.all ? menu_schemes() : default_schemes(); }
    std::vector<planned_scheme> planned;
    for (const std::string& name : names) {
        if (std::count(names.begin(), names.end(), name) > 1) {
            return error{errc::invalid_argument, "scheme '" + name + "' is given twice"};
        }
        if (name == "f16") {
            planned.push_back({name, std::nullopt});
            continue;
        }
        auto parsed = gradus::parse_scheme(name);
        if (!parsed) { return parsed.error(); }
        if (!on_menu(parsed->layout)) {
            std::string choices;
            for (const std::string_view entry : menu_names()) {
                choices += "\n  " + std::string{entry};
            }
            return error{errc::invalid_argument, "scheme '" + name + "': layout '" +
                                                     parsed->layout.text() +
                                                     "' is not on the menu; choices:" + choices};
        }
        planned.push_back({name, std::move(parsed).value()});
    }
    if (auto same = synonyms(planned)) { return *same; }
    return planned;
}

/// Why nothing can be made at `path`, as far as that can be known without trying.
gradus::status creatable(const std::string& what, const std::filesystem::path& path, bool folder) {
    std::error_code ignored;
    const auto refuse = [&](const std::string& why) {
        return error{errc::io, what + " '" + path.string() + "' cannot be written: " + why};
    };
    if (!folder && std::filesystem::exists(path, ignored) &&
        !std::filesystem::is_regular_file(path, ignored)) {
        return refuse("it is a directory or device (expected a file)");
    }
    std::filesystem::path at = std::filesystem::absolute(path, ignored);
    if (!folder) { at = at.parent_path(); }
    while (!std::filesystem::exists(at, ignored) && at.has_relative_path()) {
        at = at.parent_path();
    }
    if (!std::filesystem::is_directory(at, ignored)) {
        return refuse("'" + at.string() + "' is not a directory");
    }
    if (::access(at.c_str(), W_OK | X_OK) != 0) {
        return refuse("no permission to write in '" + at.string() + "'");
    }
    return gradus::done{};
}

/// Everything that can be wrong with the places of results, before any work.
gradus::status check_places(const options& wanted) {
    if (!wanted.report.empty() && wanted.report == wanted.plot) {
        return error{errc::invalid_argument, "--report and --plot name one file"};
    }
    for (const auto& [what, file] :
         {std::pair{"--report", &wanted.report}, std::pair{"--plot", &wanted.plot}}) {
        if (file->empty()) { continue; }
        if (gradus::status s = creatable(what, *file, false); !s) { return s; }
    }
    if (!wanted.plot.empty()) {
        if (gradus::status s = find_gnuplot(); !s) { return s; }
    }
    if (!wanted.output.empty()) { return creatable("--output", wanted.output, true); }
    std::error_code failed;
    const auto temporary = std::filesystem::temp_directory_path(failed);
    if (failed) {
        return error{errc::io,
                     "there is no directory for temporary files (set TMPDIR, or name --output)"};
    }
    return creatable("temporary directory", temporary, true);
}

/// All texts, cut into windows.
gradus::result<std::deque<measured_text>> load_texts(const options& wanted, index_t vocabulary) {
    const index_t limit = wanted.limit.value_or(gradus::all_tokens);
    const gradus::window_options cut{.context = wanted.context,
                                     .part = wanted.second_half ? gradus::scored::second_half
                                                                : gradus::scored::all,
                                     .document = wanted.document};
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

/// A directory of its own for the run, removed at the end where the user did not name one.
class workplace {
  public:
    explicit workplace(const std::string& kept) : path_{kept}, temporary_{kept.empty()} {
        if (temporary_) {
            std::error_code failed;
            const auto folder = std::filesystem::temp_directory_path(failed);
            std::string name = (folder / "quantize_model.XXXXXX").string();
            path_ = failed || ::mkdtemp(name.data()) == nullptr ? "" : name;
        }
    }

    workplace(const workplace&) = delete;
    workplace& operator=(const workplace&) = delete;

    ~workplace() {
        std::error_code ignored;
        if (temporary_ && !path_.empty()) { std::filesystem::remove_all(path_, ignored); }
    }

    /// The directory of one scheme; empty where it cannot be made.
    [[nodiscard]] std::string scheme(const std::string& name) const {
        const std::filesystem::path folder =
            std::filesystem::path{path_} / (temporary_ ? "model" : name);
        std::error_code failed;
        std::filesystem::create_directories(folder, failed);
        return failed || path_.empty() ? "" : folder.string();
    }

  private:
    std::string path_;
    bool temporary_;
};

/// Schemes whose losses agree to the last digit: one of them did not do what it says.
std::optional<error> twins(const report& measured) {
    for (index_t i = 0; i < measured.runs.size(); ++i) {
        for (index_t j = 0; j < i; ++j) {
            const bool same = std::equal(
                measured.runs[i].losses.begin(), measured.runs[i].losses.end(),
                measured.runs[j].losses.begin(), [](const text_loss& a, const text_loss& b) {
                    return a.ppl == b.ppl && a.kld == b.kld;
                });
            if (same) {
                return error{errc::no_effect, "schemes '" + measured.runs[j].scheme + "' and '" +
                                                  measured.runs[i].scheme +
                                                  "' have identical losses to all digits (they "
                                                  "store the same values); drop one of them"};
            }
        }
    }
    return std::nullopt;
}

gradus::status write_results(const report& measured, const options& wanted) {
    for (const std::string& file : {wanted.report, wanted.plot}) {
        const auto folder = std::filesystem::path{file}.parent_path();
        std::error_code ignored;
        if (!folder.empty()) { std::filesystem::create_directories(folder, ignored); }
    }
    if (!wanted.report.empty()) {
        if (gradus::status s = gradus::write_file(wanted.report, to_json(measured)); !s) {
            return s;
        }
    }
    return wanted.plot.empty() ? gradus::status{gradus::done{}} : write_plot(measured, wanted.plot);
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

int work(options wanted) {
    if (wanted.list) {
        print_menu();
        return success;
    }
    const auto schemes = plan(wanted);
    if (!schemes) { return fail(usage, schemes.error().message); }
    if (gradus::status places = check_places(wanted); !places) {
        const bool contradiction = places.error().code == errc::invalid_argument;
        return fail(contradiction ? usage : no_output, places.error().message);
    }
    const bool embedded = wanted.model.empty();
    if (embedded) {
        wanted.model = QUANTIZE_MODEL_EMBEDDED;
        if (wanted.token_files.empty() && wanted.byte_files.empty()) {
            wanted.byte_files.push_back(wanted.model + "/self-text.bin");
            if (!wanted.limit) { wanted.limit = 33024; }  // 129 windows of 256: 32,895 positions
        }
    }
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

    gradus::thread_pool threads{
        wanted.threads != 0 ? wanted.threads : std::max(1u, std::thread::hardware_concurrency())};
    session shared{source.value(), std::move(weights).value(), chosen.value(),
                   &model.value(), std::move(texts).value(),   wanted.seed};
    report measured{
        .model = embedded ? "reference (embedded)" : wanted.model, .texts = {}, .runs = {}};
    for (measured_text& text : shared.texts) {
        constexpr index_t budget = index_t{1} << 30;  // bytes of float log-probabilities a text
        text.base.emplace(model.value(), text.set(), threads, budget);
        const gradus::text_nats nats = gradus::measure_nats(model.value(), text.set(), threads);
        measured.texts.push_back({text.name, nats.positions, nats.mean(), nats.perplexity()});
    }
    if (const int code = measure_all(wanted, shared, schemes.value(), measured, threads);
        code != success) {
        return code;
    }
    if (gradus::status written = write_results(measured, wanted); !written) {
        return fail(no_output, written.error().message);
    }
    for (const auto& [what, file] :
         {std::pair{"\nReport: ", &wanted.report}, std::pair{"\nPlot: ", &wanted.plot}}) {
        if (!file->empty()) { std::cout << what << *file; }
    }
    std::cout << std::endl;
    if (const auto same = twins(measured)) { return fail(no_effect, same->message); }
    return success;
}

}  // namespace
}  // namespace quantize_model

int main(int argc, char** argv) {
    quantize_model::options wanted;
    if (const auto code = quantize_model::parse(argc, argv, wanted)) { return *code; }
    return quantize_model::work(std::move(wanted));
}
