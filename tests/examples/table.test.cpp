// SPDX-License-Identifier: MIT
// The table is aligned and fits a terminal.
#include "sample_report.hpp"
#include "table.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace {

std::vector<std::string> lines_of(const quantize_model::report& measured) {
    std::stringstream text;
    quantize_model::print_table(text, measured);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

}  // namespace

TEST_CASE("every row is as wide as the headings, and within 120 columns for one text") {
    quantize_model::report measured = sample_report();
    measured.runs.push_back(sample_run("uniform_asymmetric4_channel_mse", 4.02, 123.0));
    measured.runs.back().losses[0].ppl = 3.2e17;
    measured.runs.back().losses[0].ppl_ratio = 1e16;
    const auto lines = lines_of(measured);
    REQUIRE(lines.size() == 3 + measured.runs.size());
    for (std::size_t i = 1; i < lines.size(); ++i) {
        CAPTURE(lines[i]);
        CHECK(lines[i].size() == lines[1].size());
        CHECK(lines[i].size() <= 120);
    }
}

TEST_CASE("a row holds what was measured") {
    const auto lines = lines_of(sample_report());
    CHECK(lines[2].find("4.482") != std::string::npos);
    const std::string& row = lines[4];
    CAPTURE(row);
    for (const char* part : {"uniform_symmetric4_g64 ", "4.250", "1.5 KiB", "4.000", "1.2500",
                             "2.00e-02 [1.80e-02, 2.20e-02]", "87.50", "1.2"}) {
        CAPTURE(part);
        CHECK(row.find(part) != std::string::npos);
    }
}

TEST_CASE("texts stand side by side") {
    quantize_model::report measured = sample_report();
    measured.texts.push_back({"letters", 5, 1.0, 2.718});
    for (auto& one : measured.runs) {
        one.losses.push_back({"letters", 8.0, 2.0, 0.5, 0.4, 0.6, 0.25});
    }
    const auto lines = lines_of(measured);
    CHECK(lines[0].find("letters, 5 positions") > lines[0].find("book, 1000 positions"));
    CHECK(lines[3].find("5.00e-01 [4.00e-01, 6.00e-01]   25.00") != std::string::npos);
    CHECK(lines[3].size() == lines[1].size());
}
