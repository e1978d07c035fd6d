// SPDX-License-Identifier: MIT
// Judges the report of quantize_cache: what its readers rely on.
//
//   check_cache_report shape FILE      exactly the documented members, sound values, targets met
//   check_cache_report same FILE FILE  equal but for seconds
//   check_cache_report budget FILE     the split adds up and stays within its bytes
#include "report_rules.hpp"

#include <cmath>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace gradus::test;

void check_run(const json& run, const json& texts) {
    require_members(run,
                    {"series", "scheme", "target_bits", "effective_bits", "stored_bits", "bytes",
                     "seconds", "predicted_kld", "losses", "weight_bits", "beside_weights",
                     "operators"},
                    "a run");
    const json& bits = run.at("effective_bits");
    require_members(bits, {"keys", "values", "both"}, "effective_bits");
    const double both = number(bits, "both");
    require(std::abs(both - 0.5 * (number(bits, "keys") + number(bits, "values"))) < 1e-9,
            "both is not the mean of keys and values");
    if (!run.at("target_bits").is_null()) {
        const double target = number(run, "target_bits");
        const bool rule = run.at("series") == "qaq";  // bits of its units move in steps
        require(both <= target + (rule ? 0.02 : 0.0) && both > target - (rule ? 0.02 : 0.01),
                run.at("scheme").dump() + " has " + std::to_string(both) + " bits");
    }
    require(number(run, "stored_bits") >= both - 0.02, "stored_bits are below effective_bits");
    require(number(run, "bytes") > 0.0, "a cache without bytes");
    require(run.at("losses").size() == texts.size(), "a text has no loss");
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const json& loss = run.at("losses")[i];
        require_members(loss, {"text", "ppl", "ppl_ratio", "kld", "kld_low", "kld_high", "top1"},
                        "a loss");
        const double kld = number(loss, "kld");
        require(kld > 0.0 && number(loss, "kld_low") <= kld && kld <= number(loss, "kld_high"),
                "kld is outside its interval");
        require(std::abs(number(loss, "ppl") / number(texts[i], "ppl") / number(loss, "ppl_ratio") -
                         1.0) < 1e-9,
                "ppl_ratio is not the ratio");
    }
}

void check_shape(const std::string& file) {
    const json report = read(file);
    require_members(report, {"model", "texts", "runs", "comparisons", "heads"}, "the report");
    require(!report.at("runs").empty() && !report.at("heads").empty(), "no runs or no heads");
    for (const json& run : report.at("runs")) {
        check_run(run, report.at("texts"));
    }
    for (const json& pair : report.at("comparisons")) {
        require_members(pair,
                        {"text", "series", "scheme", "beside", "change", "low", "high", "says"},
                        "a pair");
        require(number(pair, "low") <= number(pair, "change") &&
                    number(pair, "change") <= number(pair, "high"),
                "a change is outside its interval");
    }
    for (const json& head : report.at("heads")) {
        require_members(head, {"head", "width", "chosen", "uniform", "normal", "adaptive"},
                        "a head");
        require(number(head, "uniform") >= 1.0 && number(head, "normal") >= 1.0,
                head.at("head").dump() + " has a mapping that errs more than another");
    }
}

void check_budget(const std::string& file) {
    const json budget = read(file).at("budget");
    const double sum = number(budget, "fixed_bytes") + number(budget, "weight_bytes") +
                       number(budget, "cache_bytes");
    require(sum <= number(budget, "memory") + 2.0, "weights and cache exceed the budget");
    require(sum >= 0.98 * number(budget, "memory"), "the budget is not used");
    require(number(budget, "kld") > 0.0 && !budget.at("widths").empty(), "nothing was quantized");
}

void check_same(const std::string& first, const std::string& second) {
    json reports[] = {read(first), read(second)};
    for (json& report : reports) {
        for (json& run : report.at("runs")) {
            run.erase("seconds");
        }
    }
    const std::string changes = json::diff(reports[0], reports[1]).dump();
    require(changes == "[]", "the reports differ: " + changes.substr(0, 400));
}

int run(const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "shape") { return check_shape(words[1]), 0; }
    if (words.size() == 2 && words[0] == "budget") { return check_budget(words[1]), 0; }
    if (words.size() == 3 && words[0] == "same") { return check_same(words[1], words[2]), 0; }
    std::cerr << "usage: check_cache_report shape|budget|same FILE...\n";
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& failure) {
        std::cerr << "check_cache_report: " << failure.what() << '\n';
        return 1;
    }
}
