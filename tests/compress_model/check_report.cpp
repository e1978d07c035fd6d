// SPDX-License-Identifier: MIT
// Whether a report of compress_model is what it should be.
//
//   check_compress_report shape FILE     members, targets met, never above
//   check_compress_report sparse FILE    half of the weights are zero, at least
//   check_compress_report scaled FILE    every input has its exponents, none loses
//   check_compress_report shared FILE    orders are counted, and so is what longer groups save
//   check_compress_report same A B       equal but for times and memory
//   check_compress_report close A B      equal bits, layer errors within .001; prints how close
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using json = nlohmann::json;

int fail(const std::string& why) {
    std::cerr << "  " << why << '\n';
    return 1;
}

json read(const char* file) {
    std::ifstream in{file};
    return json::parse(in);
}

int check_shape(const json& report) {
    for (const char* member :
         {"model", "calibration", "texts", "runs", "front", "findings", "alphas", "scales"}) {
        if (!report.contains(member)) { return fail(std::string{"no "} + member); }
    }
    if (report["runs"].empty()) { return fail("no runs"); }
    for (const json& run : report["runs"]) {
        for (const char* member :
             {"scheme", "target_bits", "achieved_bits", "sparsity", "relative_layer_error",
              "stages", "losses", "widths", "bits_per_weight_decoder", "file_bytes"}) {
            if (!run.contains(member)) { return fail(std::string{"a run without "} + member); }
        }
        const double target = run["target_bits"];
        const double achieved = run["achieved_bits"];
        if (achieved > target || achieved < target - 0.005) {
            return fail(std::to_string(achieved) + " bits for " + std::to_string(target));
        }
        if (run["relative_layer_error"].size() != 28) { return fail("not 28 matrices"); }
        for (const json& one : run["relative_layer_error"]) {
            if (!(one["error"] > 0.0 && one["error"] < 1.0)) { return fail("an odd layer error"); }
        }
        if (!(run["memory_bound"]["total"] > 0)) { return fail("no bound of memory"); }
        for (const json& stage : run["stages"]) {
            if (!(stage["seconds"] >= 0.0)) { return fail("a stage without time"); }
        }
    }
    return 0;
}

int check_alphas(const json& report) {
    if (report["alphas"].size() % 28 != 0 || report["alphas"].empty()) {
        return fail("not an alpha for every matrix");
    }
    for (const json& one : report["alphas"]) {
        const double alpha = one["alpha"];
        if (!(one["low"] <= alpha && alpha <= one["high"] && alpha > 0.0)) {
            return fail("an alpha outside of its interval");
        }
    }
    return 0;
}

int check_scaled(const json& report) {
    if (report["scales"].size() != 16) { return fail("not the scales of 16 inputs"); }
    for (const json& one : report["scales"]) {
        const bool none = one["activation_exponent"] == 0.0 && one["weight_exponent"] == 0.0;
        const double error = one["relative_error"];
        if (none ? error != 1.0 : !(error < 1.0)) { return fail("scales that lose"); }
    }
    for (const json& run : report["runs"]) {
        if (run["scheme"].get<std::string>().find("scaled") == std::string::npos) {
            return fail("a run without scales");
        }
    }
    return 0;
}

int check_shared(const json& report) {
    for (const json& run : report["runs"]) {
        if (!(run["order_bits"] > 0.0)) { return fail("orders are not counted"); }
        const double shared = run["shared_scales"];
        const double saved = run["metadata_saved_bits"];
        if (shared < 0.0 || shared > 1.0 || (shared > 0.9 && saved <= 0.0)) {
            return fail("shared scales save nothing");
        }
    }
    return 0;
}

int check_sparse(const json& report) {
    for (const json& run : report["runs"]) {
        if (run["sparsity"] < 0.5) { return fail("too few zeros"); }
    }
    return 0;
}

json without_times(json report) {
    for (json& run : report["runs"]) {
        for (const char* member : {"seconds", "peak_bytes", "stages"}) {
            run.erase(member);
        }
    }
    return report;
}

/// Reports of builds whose products differ in the last place.
int check_close(const json& a, const json& b) {
    if (a["runs"].size() != b["runs"].size()) { return fail("other runs"); }
    double furthest = 0.0;
    double relative = 0.0;
    for (std::size_t i = 0; i < a["runs"].size(); ++i) {
        const json& one = a["runs"][i];
        const json& other = b["runs"][i];
        if (one["achieved_bits"] != other["achieved_bits"]) {
            return fail("achieved bits: " + one["achieved_bits"].dump() + " and " +
                        other["achieved_bits"].dump());
        }
        for (std::size_t m = 0; m < one["relative_layer_error"].size(); ++m) {
            const double first = one["relative_layer_error"][m]["error"];
            const double second = other["relative_layer_error"][m]["error"];
            furthest = std::max(furthest, std::abs(first - second));
            relative = std::max(relative, std::abs(first - second) / std::max(first, second));
        }
    }
    std::cout << "  layer errors differ by " << furthest << " at most, " << 100.0 * relative
              << " % of themselves\n";
    return furthest <= 1e-3 ? 0 : fail("layer errors differ");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "shape" && argc == 3) {
        const json report = read(argv[2]);
        const int bad = check_shape(report);
        return bad != 0 ? bad : check_alphas(report);
    }
    if (what == "scaled" && argc == 3) { return check_scaled(read(argv[2])); }
    if (what == "shared" && argc == 3) { return check_shared(read(argv[2])); }
    if (what == "sparse" && argc == 3) { return check_sparse(read(argv[2])); }
    if (what == "same" && argc == 4) {
        return without_times(read(argv[2])) == without_times(read(argv[3])) ? 0 : fail("differ");
    }
    if (what == "close" && argc == 4) { return check_close(read(argv[2]), read(argv[3])); }
    return fail("usage: check_compress_report shape|sparse|scaled|shared|same|close FILE...");
}
