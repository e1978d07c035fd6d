// SPDX-License-Identifier: MIT
// Reports, tables and plots say what was measured.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <plot.hpp>
#include <report.hpp>
#include <sstream>
#include <table.hpp>

namespace {

using namespace compress_model;

report some_report() {
    report all;
    all.model = "m";
    all.calibration = "self";
    all.texts.push_back({"text.bin", 1000, 1.2, 3.3});
    run one;
    one.common.scheme = "dense joint 3";
    one.common.bits_per_weight_decoder = 2.998;
    one.common.losses.push_back({"text.bin", 3.4, 1.03, 0.0123, 0.011, 0.014, 0.95});
    one.method = "dense, joint";
    one.allocator = "budget";
    one.target_bits = 3.0;
    one.achieved_bits = 2.998;
    one.sparsity = 0.125;
    one.relative_layer_error.push_back({"a", 0.25});
    one.stages.push_back({"survey", 1.5, 1u << 20});
    one.widths = {{2, 0.25}, {4, 0.75}};
    one.layer_widths["layer 0"] = one.widths;
    all.runs.push_back(one);
    all.front.push_back({2.5, 0.05});
    all.findings.push_back({"leak", "why"});
    return all;
}

TEST_CASE("the report has all members of a run and of the whole") {
    const auto whole = nlohmann::json::parse(to_json(some_report()));
    const auto& run = whole["runs"][0];
    CHECK(run["scheme"] == "dense joint 3");
    CHECK(run["target_bits"] == 3.0);
    CHECK(run["achieved_bits"] == 2.998);
    CHECK(run["sparsity"] == 0.125);
    CHECK(run["relative_layer_error"][0]["error"] == 0.25);
    CHECK(run["stages"][0]["peak_bytes"] == 1 << 20);
    CHECK(run["widths"]["4"] == 0.75);
    CHECK(run["layer_widths"]["layer 0"]["2"] == 0.25);
    CHECK(whole["front"][0]["predicted_kld"] == 0.05);
    CHECK(whole["findings"][0]["id"] == "leak");
}

TEST_CASE("a row has target, achieved bits and losses") {
    std::ostringstream out;
    print_row(out, some_report().runs[0]);
    for (const char* word : {"dense joint 3", "3.000", "2.9980", "0.125", "1.03000", "1.23e-02"}) {
        CHECK_MESSAGE(out.str().find(word) != std::string::npos, word);
    }
}

TEST_CASE("a target out of reach prints the floor") {
    std::ostringstream out;
    print_out_of_reach(out, "2:4 joint 1", 1.0, 2.0625);
    CHECK(out.str().find("the floor is 2.0625") != std::string::npos);
}

TEST_CASE("details name widths of layers and stages") {
    std::ostringstream out;
    print_details(out, some_report().runs[0]);
    CHECK(out.str().find("layer 0") != std::string::npos);
    CHECK(out.str().find("75.0 %") != std::string::npos);
    CHECK(out.str().find("survey") != std::string::npos);
}

TEST_CASE("the plot has a line a method, the front, and names in quotes") {
    report all = some_report();
    all.texts[0].name = "it's";
    const std::string script = plot_script(all, "out.svg");
    CHECK(script.find("title 'dense, joint'") != std::string::npos);
    CHECK(script.find("predicted front") != std::string::npos);
    CHECK(script.find("'it''s'") != std::string::npos);
    CHECK(script.find("2.998 0.0123 0.011 0.014") != std::string::npos);
}

}  // namespace
