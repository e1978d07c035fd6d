// SPDX-License-Identifier: MIT
// compress_model: bits where they are worth most, pruned and quantized jointly, exactly to budget.
#include "../quantize_model/peak_memory.hpp"
#include "../quantize_model/plot.hpp"
#include "command_line.hpp"
#include "plans.hpp"
#include "plot.hpp"
#include "report.hpp"
#include "solve.hpp"
#include "store.hpp"
#include "table.hpp"

#include <gradus/allocation/pareto_front.hpp>
#include <gradus/io/write_file.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

namespace compress_model {
namespace {

using namespace gradus;
using clock = std::chrono::steady_clock;

double since(clock::time_point start) {
    return std::chrono::duration<double>(clock::now() - start).count();
}

int fail(exit_code code, const std::string& message) {
    std::cerr << "compress_model: " << message << '\n';
    return code;
}

exit_code code_of(const error& failure) {
    switch (failure.code) {
    case errc::no_effect:
        return no_effect;
    case errc::invalid_argument:
    case errc::out_of_range:
        return usage;
    case errc::io:
        return no_output;
    default:
        return bad_input;
    }
}

int fail(const error& failure) {
    return fail(code_of(failure), failure.message);
}

/// "0.5" or "2:4".
result<zero_rule> zeros_of(const std::string& text) {
    if (text.empty()) { return zero_rule{}; }
    if (text == "2:4") { return zero_rule{zero_rule::kind::two_of_four, 0.5}; }
    double share = 0.0;
    const char* const end = text.data() + text.size();
    const auto [at, bad] = std::from_chars(text.data(), end, share);
    if (bad != std::errc{} || at != end || !(share > 0.0 && share < 1.0)) {
        return error{errc::invalid_argument,
                     "--sparsity '" + text + "' (expected a share between 0 and 1, or 2:4)"};
    }
    return zero_rule{zero_rule::kind::share, share};
}

std::string name_of(const std::string& sparsity, const std::string& how, const target& goal) {
    char bits[32];
    std::snprintf(bits, sizeof bits, "%g", goal.bits);
    return (sparsity.empty() ? "dense" : sparsity) + " " + how + " " + bits +
           (goal.what == bit_count::code_bits ? " code bits" : "");
}

/// Everything that one invocation carries along.
struct work {
    session& job;
    report& measured;
    std::filesystem::path place;

    void note(const std::vector<finding>& findings) {
        for (const finding& f : findings) {
            const std::pair<std::string, std::string> entry{std::string{f.id}, f.message};
            const bool known = std::find(measured.findings.begin(), measured.findings.end(),
                                         entry) != measured.findings.end();
            if (!known) {
                measured.findings.push_back(entry);
                std::cerr << "note (" << f.id << "): " << f.message << '\n';
            }
        }
    }
};

/// Widths by layer and in all, code bits, metadata.
void describe_plan(const bit_plan& plan, std::uint64_t weights, run& one) {
    std::map<std::string, std::uint64_t> layers;
    for (const matrix_plan& m : plan.matrices) {
        const auto dot = m.name.find('.', 13);
        const std::string layer = "layer " + m.name.substr(13, dot - 13);
        layers[layer] += m.rows * m.cols;
        for (index_t r = 0; r < m.runs.size(); ++r) {
            const auto count = static_cast<double>(m.rows * m.runs[r].cols);
            one.widths[m.widths[r]] += count / static_cast<double>(weights);
            one.layer_widths[layer][m.widths[r]] += count;
        }
    }
    for (auto& [layer, widths] : one.layer_widths) {
        for (auto& [width, count] : widths) {
            count /= static_cast<double>(layers[layer]);
        }
    }
    one.code_bits = average_bits(plan.codes, weights);
    one.predicted_kld = plan.predicted;
    one.gap = plan.predicted - plan.bound;
}

/// Solves, writes, reads back and measures one plan.
result<run> carry_out(work& w,
                      const survey& known,
                      const bit_plan& plan,
                      const zero_rule& zeros,
                      method how,
                      const std::string& name) {
    const auto start = clock::now();
    run one;
    one.common.scheme = name;
    describe_plan(plan, w.job.decoder_weights(), one);
    quantize_model::reset_peak_memory();
    auto solved = solve_model(w.job, known, plan, zeros, how);
    if (!solved) { return solved.error(); }
    w.note(solved->findings);
    const auto peak = quantize_model::peak_memory();
    one.stages.push_back({"calibration", solved->calibration_seconds, peak});
    one.stages.push_back({"solution", solved->solution_seconds, peak});
    const auto storing = clock::now();
    std::string directory = name;
    std::replace(directory.begin(), directory.end(), ' ', '_');
    std::replace(directory.begin(), directory.end(), ':', '-');
    std::error_code made;
    std::filesystem::create_directories(w.place / directory, made);
    const auto stored = store_model(w.job, known, *solved, (w.place / directory).string());
    if (!stored) { return stored.error(); }
    one.stages.push_back({"file", since(storing), quantize_model::peak_memory()});
    const auto measuring = clock::now();
    for (const measured_text& text : w.job.texts) {
        const losses found = summarize(text.base->compare(*stored->model, w.job.threads));
        one.common.losses.push_back({text.name, found.ppl, found.ppl_ratio, found.kld,
                                     found.kld_low, found.kld_high, found.top1});
    }
    one.stages.push_back({"evaluation", since(measuring), quantize_model::peak_memory()});
    one.common.bits_per_weight_file = stored->file_bits;
    one.common.bits_per_weight_decoder = stored->decoder_bits;
    one.common.file_bytes = stored->file_bytes;
    one.common.peak_bytes = quantize_model::peak_memory();
    one.achieved_bits = stored->decoder_bits;
    double zero_weights = 0.0;
    for (const auto& [matrix, s] : solved->matrices) {
        one.relative_layer_error.push_back({matrix, s.relative_error});
        zero_weights += s.zeros * static_cast<double>(s.values.size());
    }
    one.sparsity = zero_weights / static_cast<double>(w.job.decoder_weights());
    one.common.seconds = since(start);
    return one;
}

/// As `carry_out`, and again with another budget where zeros fell elsewhere than in the survey, so
/// that the file would be above the target or short of it.
result<run> hit(work& w,
                const survey& known,
                const zero_rule& zeros,
                const target& goal,
                method how,
                const std::string& name) {
    const std::uint64_t weights = w.job.decoder_weights();
    const target_average average{goal.bits, weights};
    double shift = 0.0;  // of the budget, bits a weight
    result<run> best = error{errc::out_of_range, name + ": off target"};
    constexpr int attempts = 8;
    for (int i = 0; i < attempts; ++i) {
        const auto plan = plan_target(w.job, known, {goal.bits - shift, goal.what});
        if (!plan) { return best ? best : result<run>{plan.error()}; }
        if (const auto nothing = find_no_quantizer(*plan)) {
            return error{errc::no_effect, nothing->message};
        }
        auto one = carry_out(w, known, *plan, zeros, how, name);
        if (!one) { return one; }
        one->target_bits = goal.bits;
        if (goal.what == bit_count::code_bits) { one->achieved_bits = one->code_bits; }
        if (const auto missed = find_off_target(one->achieved_bits, goal.bits)) {
            w.note({{missed->id,
                     name + " by the rule '" + w.job.wanted.allocator + "': " + missed->message}});
        }
        const bool legacy =
            w.job.wanted.allocator == "threshold" || w.job.wanted.allocator == "legacy_quantile";
        if (legacy || goal.what == bit_count::code_bits) { return one; }
        const double achieved = one->achieved_bits;
        const bool fits = achieved <= goal.bits;
        const bool better = fits && (!best || best->achieved_bits < one->achieved_bits);
        const bool close = fits && one->achieved_bits >= goal.bits - average.tolerance;
        if (better) { best = std::move(one); }
        if (close || zeros.choice == zero_rule::kind::none) { break; }
        shift += achieved - goal.bits + 0.2 * average.tolerance;
    }
    return best;
}

int run_targets(work& w, const std::string& sparsity, const std::vector<target>& targets) {
    const auto zeros = zeros_of(sparsity);
    if (!zeros) { return fail(zeros.error()); }
    std::vector<target> feasible;
    for (const target& goal : targets) {
        const cost_range range = feasible_bits(w.job, *zeros, goal);
        const auto weights = w.job.decoder_weights();
        const status reach = check_reach(range, {goal.bits, weights});
        if (reach) {
            feasible.push_back(goal);
        } else {
            print_out_of_reach(std::cout, name_of(sparsity, "joint", goal), goal.bits,
                               average_bits(range.least, weights));
        }
    }
    if (feasible.empty()) { return usage; }
    quantize_model::reset_peak_memory();
    auto known = survey_model(w.job, *zeros);
    if (!known) { return fail(known.error()); }
    w.note(known->findings);
    const stage surveyed{"survey", known->seconds, quantize_model::peak_memory()};
    std::optional<survey> plain;
    if (w.job.wanted.rivals && zeros->choice == zero_rule::kind::none && !w.job.wanted.dry_run) {
        auto rounding = survey_rounding(w.job);
        if (!rounding) { return fail(rounding.error()); }
        plain = std::move(*rounding);
    }
    for (const target& goal : feasible) {
        const auto add = [&](result<run> one, const std::string& line) -> int {
            if (!one) { return fail(one.error()); }
            one->method = (sparsity.empty() ? "dense" : sparsity) + ", " + line;
            one->allocator = w.job.wanted.allocator;
            one->stages.insert(one->stages.begin(), surveyed);
            print_row(std::cout, *one);
            w.measured.runs.push_back(std::move(*one));
            return success;
        };
        if (w.job.wanted.dry_run) {
            const auto plan = plan_target(w.job, *known, goal);
            if (!plan) { return fail(plan.error()); }
            run one;
            one.common.scheme = name_of(sparsity, "plan", goal);
            one.target_bits = goal.bits;
            one.achieved_bits = average_bits(plan->bits, w.job.decoder_weights());
            describe_plan(*plan, w.job.decoder_weights(), one);
            print_details(std::cout, one);
            continue;
        }
        const std::string name = name_of(sparsity, "joint", goal);
        if (int bad = add(hit(w, *known, *zeros, goal, method::joint, name), "joint")) {
            return bad;
        }
        if (!w.job.wanted.rivals) { continue; }
        if (const auto uniform = uniform_plan(w.job, *known, goal)) {
            const std::string other = name_of(sparsity, "one width", goal);
            auto one = carry_out(w, *known, *uniform, *zeros, method::joint, other);
            if (one) { one->target_bits = goal.bits; }
            if (int bad = add(std::move(one), "one width")) { return bad; }
        }
        if (zeros->choice != zero_rule::kind::none) {
            const std::string other = name_of(sparsity, "two steps", goal);
            if (int bad =
                    add(hit(w, *known, *zeros, goal, method::two_steps, other), "two steps")) {
                return bad;
            }
        } else {
            const std::string other = name_of(sparsity, "rounding", goal);
            auto one = hit(w, *plain, *zeros, goal, method::rounding, other);
            if (!one && one.error().code == errc::invalid_argument) {
                std::cout << other << ": " << one.error().message << '\n';
            } else if (int bad = add(std::move(one), "rounding")) {
                return bad;
            }
        }
    }
    if (sparsity.empty()) {
        const auto blocks = planning::cut(known->matrices, w.job.wanted.block);
        const auto items =
            planning::options_of(known->matrices, blocks, w.job.rules(), bit_count::stored_bits);
        const auto front = pareto_front(items.view(), w.job.decoder_weights() / 50);
        if (front) {
            for (const front_point& p : *front) {
                w.measured.front.push_back(
                    {average_bits(p.cost + known->other_bits, w.job.decoder_weights()),
                     p.distortion});
            }
        }
    }
    return success;
}

/// Runs whose figures cannot be told apart.
std::optional<finding> twins(const report& measured) {
    for (std::size_t i = 0; i < measured.runs.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const auto& a = measured.runs[j].common;
            const auto& b = measured.runs[i].common;
            if (a.losses.empty() || b.losses.empty()) { continue; }
            if (const auto same =
                    find_equal(a.scheme, a.losses[0].kld, b.scheme, b.losses[0].kld)) {
                return same;
            }
        }
    }
    return std::nullopt;
}

status write_results(const report& measured, const options& wanted) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (const std::string* file : {&wanted.report, &wanted.plot}) {
        const fs::path parent = fs::path{*file}.parent_path();
        if (!file->empty() && !parent.empty()) { fs::create_directories(parent, ignored); }
    }
    if (!wanted.report.empty()) {
        if (status s = write_file(wanted.report, to_json(measured)); !s) { return s; }
    }
    if (wanted.plot.empty()) { return done{}; }
    return quantize_model::draw_plot(plot_script(measured, wanted.plot + ".part"), wanted.plot);
}

/// What was given and could not have an effect.
status refuse_idle_options(const options& wanted) {
    const auto idle = [](const std::string& why) { return error{errc::invalid_argument, why}; };
    const auto& from = wanted.calibrate;
    const bool writes = from.empty() || std::find(from.begin(), from.end(), "self") != from.end();
    if (wanted.seed && !writes) { return idle("--seed has no effect without --calibrate self"); }
    const bool share = std::any_of(wanted.sparsity.begin(), wanted.sparsity.end(),
                                   [](const std::string& s) { return s != "2:4"; });
    if (wanted.quality != 0 && !share) {
        return idle("--quality has no effect without a share of zeros by --sparsity");
    }
    const bool legacy = wanted.allocator == "threshold" || wanted.allocator == "legacy_quantile";
    if (legacy && !wanted.widths.empty()) {
        return idle("--widths has no effect: the rule '" + wanted.allocator +
                    "' has widths of its own");
    }
    const auto& widths = wanted.widths;
    if (!wanted.sparsity.empty() && std::find(widths.begin(), widths.end(), 1) != widths.end()) {
        return idle("--widths 1 has no effect with --sparsity: binary codes have no zero");
    }
    if (!wanted.clusters.empty() && wanted.storage == "sorted") {
        return idle("--storage has no effect: --clusters orders the columns");
    }
    return done{};
}

/// Defaults, and what contradicts itself.
status complete(options& wanted) {
    if (status sound = refuse_idle_options(wanted); !sound) { return sound; }
    if (wanted.calibrate.empty()) { wanted.calibrate = {"self"}; }
    if (wanted.bits.empty() && wanted.code_bits.empty()) { wanted.bits = {3.0, 4.0}; }
    if (wanted.widths.empty()) { wanted.widths = {2, 3, 4, 5, 6, 8}; }
    std::sort(wanted.widths.begin(), wanted.widths.end());
    wanted.widths.erase(std::unique(wanted.widths.begin(), wanted.widths.end()),
                        wanted.widths.end());
    if (wanted.widths.back() == 0) {
        return error{errc::invalid_argument, "--widths 0 alone prunes everything (no-quantizer)"};
    }
    if (!wanted.clusters.empty() && wanted.dependence == "none") {
        return error{errc::invalid_argument,
                     "--clusters groups by dependence, and --dependence is none"};
    }
    const bool scored = wanted.allocator != "budget";
    if (scored && wanted.importance == "measured") {
        return error{errc::invalid_argument, "--allocator " + wanted.allocator +
                                                 " starts from scores; name one by --importance"};
    }
    if (wanted.allocator == "threshold") { wanted.widths = {2, 4, 8}; }
    if (wanted.allocator == "legacy_quantile") { wanted.widths = {2, 3, 4, 6, 8}; }
    if (wanted.block % wanted.group != 0) {
        return error{errc::invalid_argument, "--block " + std::to_string(wanted.block) +
                                                 " is no multiple of --group " +
                                                 std::to_string(wanted.group)};
    }
    if (wanted.model.empty()) {
        wanted.model = COMPRESS_MODEL_EMBEDDED;
        if (wanted.token_files.empty() && wanted.byte_files.empty()) {
            wanted.byte_files.push_back(wanted.model + "/self-text.bin");
            if (!wanted.limit) { wanted.limit = 33024; }  // 129 windows of 256
        }
    }
    if (wanted.token_files.empty() && wanted.byte_files.empty()) {
        return error{errc::invalid_argument,
                     "--model needs a text: --tokens FILE.npy or --bytes FILE"};
    }
    return done{};
}

int run_all(options wanted) {
    const bool embedded = wanted.model.empty();
    if (status sound = complete(wanted); !sound) { return fail(sound.error()); }
    const auto source = safetensors_source::open(wanted.model);
    if (!source) { return fail(source.error()); }
    auto weights = load_llama_weights(wanted.model);
    if (!weights) { return fail(weights.error()); }
    const auto model = make_llama(*weights);
    if (!model) { return fail(model.error()); }
    thread_pool threads{wanted.threads != 0 ? wanted.threads
                                            : std::max(1u, std::thread::hardware_concurrency())};
    session job{wanted, *source, std::move(*weights), &*model, {}, {}, threads};
    if (status loaded = load_texts(job); !loaded) { return fail(loaded.error()); }
    report measured;
    measured.model = embedded ? "reference (embedded)" : wanted.model;
    for (const std::string& from : wanted.calibrate) {
        measured.calibration += (measured.calibration.empty() ? "" : " + ") + from;
    }
    for (const measured_text& text : job.texts) {
        const text_nats nats = measure_nats(*model, text.set(), threads);
        measured.texts.push_back({text.name, nats.positions, nats.mean(), nats.perplexity()});
    }
    std::vector<target> targets;
    for (const double bits : wanted.bits) {
        targets.push_back({bits, bit_count::stored_bits});
    }
    for (const double bits : wanted.code_bits) {
        targets.push_back({bits, bit_count::code_bits});
    }
    namespace fs = std::filesystem;
    const fs::path place =
        wanted.output.empty()
            ? fs::temp_directory_path() /
                  ("compress_model." + std::to_string(clock::now().time_since_epoch().count()))
            : fs::path{wanted.output};
    work w{job, measured, place};
    print_head(std::cout, measured.texts);
    std::vector<std::string> sparsities = wanted.sparsity;
    if (sparsities.empty()) { sparsities.emplace_back(); }
    int code = success;
    for (const std::string& sparsity : sparsities) {
        code = run_targets(w, sparsity, targets);
        if (code != success) { break; }
    }
    std::error_code ignored;
    if (wanted.output.empty()) { fs::remove_all(place, ignored); }
    if (measured.runs.empty()) { return code; }
    for (const run& one : measured.runs) {
        if (one.method.ends_with("joint")) { print_details(std::cout, one); }
    }
    if (status written = write_results(measured, wanted); !written) {
        return fail(no_output, written.error().message);
    }
    std::cout << "\nReport: " << wanted.report << "\nPlot: " << wanted.plot << std::endl;
    if (code != success) { return code; }
    if (const auto same = twins(measured)) { return fail(no_effect, same->message); }
    return success;
}

}  // namespace
}  // namespace compress_model

int main(int argc, char** argv) {
    compress_model::options wanted;
    if (const auto code = compress_model::parse(argc, argv, wanted)) { return *code; }
    return compress_model::run_all(std::move(wanted));
}
