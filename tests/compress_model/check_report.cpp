// SPDX-License-Identifier: MIT
// Whether a report of compress_model is what it should be.
//
//   check_compress_report shape FILE     members, targets met, never above
//   check_compress_report sparse FILE    half of the weights are zero, at least
//   check_compress_report same A B       equal but for times and memory
#include <nlohmann/json.hpp>

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
    for (const char* member : {"model", "calibration", "texts", "runs", "front", "findings"}) {
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
        // Where zeros will fall is known only afterwards: pruned runs get closer by trying.
        const double tolerance = run["sparsity"] < 0.3 ? 0.005 : 0.01;
        if (achieved > target || achieved < target - tolerance) {
            return fail(std::to_string(achieved) + " bits for " + std::to_string(target));
        }
        if (run["relative_layer_error"].size() != 28) { return fail("not 28 matrices"); }
        for (const json& one : run["relative_layer_error"]) {
            if (!(one["error"] > 0.0 && one["error"] < 1.0)) { return fail("an odd layer error"); }
        }
        for (const json& stage : run["stages"]) {
            if (!(stage["seconds"] >= 0.0)) { return fail("a stage without time"); }
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

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "shape" && argc == 3) { return check_shape(read(argv[2])); }
    if (what == "sparse" && argc == 3) { return check_sparse(read(argv[2])); }
    if (what == "same" && argc == 4) {
        return without_times(read(argv[2])) == without_times(read(argv[3])) ? 0 : fail("differ");
    }
    return fail("usage: check_compress_report shape|sparse|same FILE...");
}
