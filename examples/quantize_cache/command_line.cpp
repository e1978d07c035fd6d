// SPDX-License-Identifier: MIT
// The options of quantize_cache.
#include "command_line.hpp"

#include <CLI/CLI.hpp>

namespace quantize_cache {

std::optional<int> parse(int argc, char** argv, options& wanted) {
    CLI::App app{"Quantizes the key-value cache of a model in many ways, and measures what is lost "
                 "when every token is read from the packed cache."};
    app.footer(
        "Bits count codes, scales, bases, widths, shifts and orders; what is stored once for a\n"
        "  model is spread over 4096 tokens. The column 'stored' counts all that is allocated for\n"
        "  one sequence of the context's length instead, recent tokens as floats included.\n"
        "--memory divides bytes between the decoder's weights and a cache of --context tokens.\n"
        "Exit codes: 0 done, 2 bad option or budget out of reach, 3 unreadable model or text,\n"
        "  4 runs without effect, 5 a file cannot be written");
    app.add_option("--model", wanted.model,
                   "directory with config.json and safetensors (default: the embedded model)");
    app.add_option("--tokens", wanted.token_files, "text as tokens, .npy; may be repeated");
    app.add_option("--bytes", wanted.byte_files,
                   "text as bytes, for byte-level models; may be repeated");
    app.add_option("--calibration", wanted.calibration,
                   "text to calibrate on, .npy or bytes (default: the end of the first text, of "
                   "which nothing else is read)");
    app.add_option("--calibration-windows", wanted.calibration_windows, "of the context's length")
        ->capture_default_str()
        ->check(CLI::Range(2, 4096));
    app.add_option("--context", wanted.context, "tokens a window")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--limit", wanted.limit, "tokens of each text to use")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--series", wanted.series, "series to run; may be repeated (default: all)");
    app.add_option("--target", wanted.targets,
                   "bits a cached number, in place of those of the series; may be repeated")
        ->check(CLI::Range(0.0, 16.0));
    app.add_option("--memory", wanted.memory, "bytes for weights and cache together")
        ->check(CLI::PositiveNumber);
    app.add_option("--report", wanted.report, "machine-readable results ('': none)")
        ->capture_default_str();
    app.add_option("--plot", wanted.plot, "losses against bits, SVG ('': none)")
        ->capture_default_str();
    app.add_option("--threads", wanted.threads, "0: all of the machine")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_flag("--list", wanted.list, "print the series and leave");
    app.add_flag("--dry-run", wanted.dry_run, "print the runs, and read nothing");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { return app.exit(problem) == 0 ? success : usage; }
    return std::nullopt;
}

}  // namespace quantize_cache
