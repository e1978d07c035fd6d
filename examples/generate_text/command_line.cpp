// SPDX-License-Identifier: MIT
// The options of generate_text.
#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace generate_text {

std::optional<int> parse(int argc, char** argv, options& wanted) {
    CLI::App app{"Writes text with a model in f32 and in 8, 4, 3 and 2 bits, and measures how fast "
                 "and in how much memory."};
    app.footer("Weights: uniform_symmetric, groups of 64, f16 scales, ranges by mse_search; the\n"
               "  decoder's matrices are packed, embedding and head stay f32 (the head is counted\n"
               "  in the bytes read). The read bandwidth is that of a loop over a buffer as large\n"
               "  as the weights, measured in the same run, in whatever cache they fit.\n"
               "Exit codes: 0 done, 2 bad option, 3 unreadable or unsuitable model,\n"
               "  5 a file cannot be written");
    const std::map<std::string, activations> kinds{{"f32", activations::f32},
                                                   {"int8", activations::int8}};
    std::string seen_as = "f32";
    app.add_option("--model", wanted.model,
                   "directory of a byte-level Llama (default: the embedded model)");
    app.add_option("--prompt", wanted.prompt, "how the text begins, one token a byte")
        ->capture_default_str();
    app.add_option("--tokens", wanted.tokens, "tokens to write after it")
        ->capture_default_str()
        ->check(CLI::Range(2, 1 << 20));
    app.add_option("--threads", wanted.threads,
                   "that share each product; 0: all of the machine (small models lose by it)")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_option("--seed", wanted.seed, "of the text")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    app.add_option("--activations", seen_as, "f32, or int8 with one scale a token")
        ->capture_default_str()
        ->check(CLI::IsMember(kinds));
    app.add_option("--report", wanted.report, "machine-readable results (default: none)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { return app.exit(problem) == 0 ? success : usage; }
    wanted.seen_as = kinds.at(seen_as);
    return std::nullopt;
}

}  // namespace generate_text
