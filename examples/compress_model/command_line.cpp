// SPDX-License-Identifier: MIT
// The options of compress_model.
#include "command_line.hpp"

#include <CLI/CLI.hpp>

namespace compress_model {

std::optional<int> parse(int argc, char** argv, options& wanted) {
    CLI::App app{"Measures what each column of a model is worth, gives out bits within an exact "
                 "budget, prunes and quantizes jointly, and measures the written file."};
    app.footer("Exit codes: 0 done, 2 bad option or a target out of reach, 3 unreadable model or "
               "text,\n  4 a run without effect or indistinguishable from another, 5 a file cannot "
               "be written");
    app.add_option("--model", wanted.model,
                   "directory with config.json and safetensors (default: the embedded model)");
    app.add_option("--calibrate", wanted.calibrate,
                   "tokens (.npy), bytes, or 'self': what the model writes; may be repeated")
        ->default_str("self");
    app.add_option("--calibration-tokens", wanted.calibration_tokens, "of each of them")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--calibration-length", wanted.calibration_length,
                   "tokens a sequence of calibration; the first of each is where attention sinks")
        ->capture_default_str()
        ->check(CLI::Range(2, 1 << 20));
    app.add_option("--tokens", wanted.token_files, "text to measure on, .npy; may be repeated");
    app.add_option("--bytes", wanted.byte_files, "the same as bytes; may be repeated");
    app.add_option("--context", wanted.context, "tokens a window")
        ->capture_default_str()
        ->check(CLI::Range(2, 1 << 20));
    app.add_option("--limit", wanted.limit, "tokens of each text to measure on")
        ->check(CLI::PositiveNumber);
    app.add_flag("--second-half", wanted.second_half, "score the second half of each window only");
    app.add_option("--bits", wanted.bits,
                   "stored bits a decoder weight, all metadata counted; may be repeated");
    app.add_option("--code-bits", wanted.code_bits, "average width of codes; may be repeated");
    app.add_option("--sparsity", wanted.sparsity, "a share of zeros, or 2:4; may be repeated");
    app.add_option("--widths", wanted.widths, "of codes, e.g. 2,3,4,6,8; 0: pruned columns")
        ->delimiter(',')
        ->check(CLI::Range(0, 8));
    app.add_option("--allocator", wanted.allocator)
        ->capture_default_str()
        ->check(
            CLI::IsMember({"budget", "quantile", "threshold", "legacy_quantile", "depth_first"}));
    app.add_option("--importance", wanted.importance,
                   "what bits are given for: measured losses, or a score")
        ->capture_default_str()
        ->check(CLI::IsMember({"measured", "enhanced", "enhanced_legacy", "activation_energy",
                               "curvature", "weight_magnitude", "output_sensitivity",
                               "activation_variance"}));
    app.add_option(
        "--clusters", wanted.clusters,
        "groups of dependent channels that lie together and may share scales: a number, or "
        "'auto'");
    app.add_option("--dependence", wanted.dependence,
                   "by which they are grouped: correlation in H, or mutual information of a "
                   "sample of 4096 tokens")
        ->capture_default_str()
        ->check(CLI::IsMember({"gaussian", "histogram", "none"}));
    app.add_option("--order", wanted.order,
                   "in which columns are worked through; best: by curvature or narrowest first")
        ->capture_default_str()
        ->check(CLI::IsMember({"best", "curvature", "natural"}));
    app.add_option("--storage", wanted.storage,
                   "order of stored columns: as they come, or sorted by what they are worth")
        ->capture_default_str()
        ->check(CLI::IsMember({"natural", "sorted"}));
    app.add_option("--group", wanted.group, "columns that share a scale")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    app.add_flag("--fixed-groups", wanted.fixed_groups,
                 "as many columns as --group says, always; else the budget may choose longer ones "
                 "too, up to one scale a row (with --clusters, a row and group of channels)");
    app.add_option("--block", wanted.block, "columns that share a width, at most")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    app.add_flag("--scale-search", wanted.scale_search,
                 "a scale an input channel, searched on measured errors and folded into what "
                 "computes the input; rows without it stand beside, unless --no-rivals");
    app.add_option("--refine", wanted.refine, "sweeps of coordinate descent after the first")
        ->capture_default_str()
        ->check(CLI::Range(0, 100));
    app.add_option("--quality", wanted.quality, "iterations that choose zeros beforehand (6 to 10)")
        ->capture_default_str()
        ->check(CLI::Range(0, 100));
    app.add_option(
           "--damping", wanted.damping,
           "share of the Hessian's diagonal that is added to it; 0: by tokens (default: 0.1, "
           "and 0.3 with zeros)")
        ->check(CLI::Range(0.0, 10.0));
    app.add_option("--damping-rule", wanted.damping_rule,
                   "of what the share is: the mean of the diagonal, its median, or each entry")
        ->capture_default_str()
        ->check(CLI::IsMember({"mean", "median", "column"}));
    app.add_option("--match", wanted.match,
                   "how far weights go, before they are coded, towards those that give the dense "
                   "model's outputs on the compressed model's inputs; 0: stay")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    app.add_flag("!--no-rivals", wanted.rivals, "leave out the rows of simpler methods");
    app.add_flag("--dry-run", wanted.dry_run, "survey, print the plans, and leave");
    app.add_option("--output", wanted.output,
                   "keep the packed models here, one directory a run, and a record of what is "
                   "completed: the same job started again goes on from it");
    app.add_flag("--fresh", wanted.fresh, "throw away the record in --output and start anew");
    app.add_option("--report", wanted.report, "machine-readable results ('': none)")
        ->capture_default_str();
    app.add_option("--plot", wanted.plot, "divergence against bits, SVG ('': none)")
        ->capture_default_str();
    app.add_option("--threads", wanted.threads, "0: all of the machine")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_option("--seed", wanted.seed, "of the text that the model writes (default: 1)")
        ->check(CLI::NonNegativeNumber);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { return app.exit(problem) == 0 ? success : usage; }
    return std::nullopt;
}

}  // namespace compress_model
