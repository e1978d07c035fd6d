// SPDX-License-Identifier: MIT
// What quantize_cache writes: JSON, table and plot script.
#include "plot.hpp"
#include "report.hpp"
#include "table.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

namespace {

quantize_cache::report sample() {
    quantize_cache::report report;
    report.model = "it's a model";
    report.texts = {{"a.bin", 510, 1.25, 3.49}};
    const auto add = [&](const std::string& series, const std::string& scheme, double bits,
                         double kld) {
        quantize_cache::run one;
        one.series = series;
        one.scheme = scheme;
        one.effective_bits = {bits, bits + 0.5, bits + 0.25};
        one.stored_bits = bits + 4.0;
        one.bytes = 1000;
        one.seconds = 0.5;
        one.losses = {{"a.bin", 3.5, 1.002, kld, 0.9 * kld, 1.1 * kld, 0.98}};
        report.runs.push_back(one);
    };
    add("rivals", "f16", 16.0, 1e-8);
    add("rivals", "uniform4_g32", 4.5, 4e-3);
    add("rivals", "uniform2_g32", 2.5, 4e-1);
    add("combined", "best@4.25", 4.0, 1e-3);
    report.runs.back().target_bits = 4.25;
    report.heads = {{"layer 0 head 1 keys", 4, "adaptive", 1.2, 1.1, 1.0}};
    return report;
}

}  // namespace

TEST_CASE("the report has the documented members, and null where there is nothing") {
    quantize_cache::report report = sample();
    auto json = nlohmann::json::parse(quantize_cache::to_json(report));
    CHECK(json.at("runs")[0].at("target_bits").is_null());
    CHECK(json.at("runs")[3].at("target_bits") == 4.25);
    CHECK(json.at("runs")[3].at("effective_bits").at("both") == 4.25);
    CHECK(json.at("runs")[3].at("predicted_kld").is_null());
    CHECK(json.at("runs")[3].at("weight_bits").is_null());
    CHECK(json.at("runs")[3].at("beside_weights").empty());
    CHECK(json.at("runs")[3].at("operators").empty());
    CHECK(json.at("comparisons").empty());
    CHECK(json.at("heads")[0].at("chosen") == "adaptive");
    CHECK(!json.contains("budget"));
    report.budget.emplace();
    report.budget->widths = {{"w", 3}};
    json = nlohmann::json::parse(quantize_cache::to_json(report));
    CHECK(json.at("budget").at("widths").at("w") == 3);
}

TEST_CASE("a line of the table holds bits, losses and the interval") {
    std::ostringstream out;
    const quantize_cache::report report = sample();
    quantize_cache::print_head(out, report.texts);
    quantize_cache::print_run(out, report.runs[3]);
    for (const char* part : {"a.bin, 510 positions", "best@4.25", "4.250", "8.000", "1.00e-03",
                             "[9.00e-04, 1.10e-03]", "98.00"}) {
        CHECK_MESSAGE(out.str().find(part) != std::string::npos, part);
    }
}

TEST_CASE("the plot joins widths of one scheme, quotes names and says what it leaves out") {
    const std::string script = quantize_cache::plot_script(sample(), "out.svg");
    CHECK(script.find("size 1000,1400") != std::string::npos);
    CHECK(script.find("it''s a model") != std::string::npos);
    CHECK(script.find("not drawn: 1 without loss") != std::string::npos);
    CHECK(script.find("2.75 0.4 0.36 0.44\n4.75 0.004") != std::string::npos);
    CHECK(script.find("title 'combined best'") != std::string::npos);
    CHECK(script.find("'Perplexity'") != std::string::npos);
}
