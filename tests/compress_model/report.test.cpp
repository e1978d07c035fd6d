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
    one.stages.push_back({"survey", 1.5, 3u << 20, 1u << 20});
    one.stages.push_back({"solution", 1.5, 9u << 20, 1u << 20});
    one.memory = {1u << 20, 1u << 19, 1u << 20};  // 3 + 1 + 1 MiB
    one.widths = {{2, 0.25}, {4, 0.75}};
    one.layer_widths["layer 0"] = one.widths;
    one.metadata = 0.1875;
    one.metadata_saved = 0.0625;
    one.order_bits = 0.03125;
    one.shared_scales = 0.5;
    all.runs.push_back(one);
    all.front.push_back({2.5, 0.05});
    all.alphas.push_back({"dense", {"a.weight", {3, 0.01, 0.02, 0.01, 0.03}, {2, 0.1, 0.5}}});
    all.scales.push_back({"blocks.0.down", "up.weight", {0.5, 0.25}, 0.75});
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
    CHECK(run["stages"][0]["peak_bytes"] == 3 << 20);
    CHECK(run["stages"][0]["held_bytes"] == 1 << 20);
    CHECK(run["memory_bound"]["total"] == 5 << 20);
    CHECK(run["widths"]["4"] == 0.75);
    CHECK(run["layer_widths"]["layer 0"]["2"] == 0.25);
    CHECK(run["metadata_bits"] == 0.1875);
    CHECK(run["metadata_saved_bits"] == 0.0625);
    CHECK(run["shared_scales"] == 0.5);
    CHECK(whole["front"][0]["predicted_kld"] == 0.05);
    CHECK(whole["findings"][0]["id"] == "leak");
}

TEST_CASE("alphas have their interval, scales their exponents and gain") {
    const report all = some_report();
    const auto whole = nlohmann::json::parse(to_json(all));
    const auto& alpha = whole["alphas"][0];
    CHECK(alpha["tensor"] == "a.weight");
    CHECK(alpha["alpha"].get<double>() == doctest::Approx(2.0));
    CHECK(alpha["low"] == 0.0);  // of the coarser level nothing is sure
    CHECK(alpha["high"].get<double>() == doctest::Approx(5.0));
    CHECK(alpha["levels"][1]["relative_error"] == 0.1);
    const auto& scale = whole["scales"][0];
    CHECK(scale["folded_into"] == "up.weight");
    CHECK(scale["activation_exponent"] == 0.5);
    CHECK(scale["weight_exponent"] == 0.25);
    CHECK(scale["relative_error"] == 0.75);
    std::ostringstream out;
    print_alphas(out, all.alphas);
    print_scales(out, all.scales);
    for (const char* word :
         {"a.weight", "[       0,        5]", "3 bits", "blocks.0.down", "-25.0 %", "up.weight"}) {
        CHECK_MESSAGE(out.str().find(word) != std::string::npos, word);
    }
}

TEST_CASE("a row has target, achieved bits and losses") {
    std::ostringstream out;
    print_row(out, some_report().runs[0]);
    for (const char* word : {"dense joint 3", "3.000", "2.9980", "0.125", "1.03000", "1.23e-02"}) {
        CHECK_MESSAGE(out.str().find(word) != std::string::npos, word);
    }
}

TEST_CASE("a target out of reach prints the floor, or the ceiling") {
    std::ostringstream out;
    print_out_of_reach(out, "2:4 joint 1", 1.0, 2.0625);
    CHECK(out.str().find("the floor is 2.0625") != std::string::npos);
    print_out_of_reach(out, "2:4 joint 6", 6.0, 4.75);
    CHECK(out.str().find("6.000 out of reach: the ceiling is 4.75") != std::string::npos);
}

TEST_CASE("details name widths of layers and stages") {
    std::ostringstream out;
    print_details(out, some_report().runs[0]);
    CHECK(out.str().find("layer 0") != std::string::npos);
    CHECK(out.str().find("75.0 %") != std::string::npos);
    CHECK(out.str().find("survey") != std::string::npos);
    CHECK(out.str().find("= 5.0 MiB; survey within; solution ABOVE") != std::string::npos);
    CHECK(out.str().find("longer groups save 0.0625, 50.0 %") != std::string::npos);
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
