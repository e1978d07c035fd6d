// SPDX-License-Identifier: MIT
// The options of quantize_model.
#include "backend.hpp"
#include "command_line.hpp"

#include <gradus/config/parse_scheme.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace quantize_model {

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
    app.add_option("--seed", wanted.seed, "of stochastic and noisy rounding (default: 1)")
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

}  // namespace quantize_model
