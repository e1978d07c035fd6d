// SPDX-License-Identifier: MIT
// The picture shows every scheme or says which it does not show.
#include "plot.hpp"
#include "sample_report.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

namespace {

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string scratch(const std::string& name) {
    return (std::filesystem::temp_directory_path() / ("gradus_plot_test_" + name)).string();
}

}  // namespace

TEST_CASE("what is not drawn, or not where it belongs, stands in the title") {
    quantize_model::report measured = sample_report();
    measured.runs.push_back(
        sample_run("binary_g64", 1.25, std::numeric_limits<double>::quiet_NaN()));
    const std::string script = quantize_model::plot_script(measured, "a'b.svg");
    CHECK(holds(script, "set output 'a''b.svg'"));
    CHECK(holds(script, "it''s \"small\", text book, 1000 positions"));
    CHECK(holds(script, "not drawn: f16, 16 bits, KLD 0.00e+00"));
    CHECK(holds(script, "on the lower edge: 1 with KLD 0"));
    CHECK(holds(script, "not drawn: binary_g64, whose KLD is not finite"));
    CHECK(holds(script, "4.25 0.01 0.009 0.011\n"));
    CHECK(holds(script, "1.6 0.001 0.001 0.001\n"));  // on the edge
    CHECK(holds(script, "3.25 0.2\n4.25 0.02\n\n"));  // a line in the order of bits
}

TEST_CASE("floats alone are drawn") {
    quantize_model::report measured = sample_report();
    measured.runs = {sample_run("f16", 16.0, 1e-7)};
    const std::string script = quantize_model::plot_script(measured, "x.svg");
    CHECK_FALSE(holds(script, "not drawn"));
    CHECK(holds(script, "16 1e-07"));
}

TEST_CASE("a report without runs is refused") {
    const auto drawn = quantize_model::write_plot({}, scratch("empty.svg"));
    REQUIRE_FALSE(drawn.has_value());
    CHECK(drawn.error().code == gradus::errc::no_effect);
}

TEST_CASE("gnuplot's absence is an error that says what to install") {
    const char* path = std::getenv("PATH");
    const std::string kept = path != nullptr ? path : "";
    setenv("PATH", "/nonexistent", 1);
    const auto drawn = quantize_model::write_plot(sample_report(), scratch("absent.svg"));
    setenv("PATH", kept.c_str(), 1);
    REQUIRE_FALSE(drawn.has_value());
    CHECK(drawn.error().code == gradus::errc::not_found);
    CHECK(holds(drawn.error().message, "gnuplot-nox"));
}

TEST_CASE("gnuplot draws the script, and its failures are errors") {
    const std::string file = scratch("whole.svg");
    const auto drawn = quantize_model::write_plot(sample_report(), file);
    if (!drawn && drawn.error().code == gradus::errc::not_found) {
        MESSAGE("skipped: gnuplot is not installed");
        return;
    }
    REQUIRE(drawn.has_value());
    std::stringstream svg;
    svg << std::ifstream{file}.rdbuf();
    CHECK(holds(svg.str(), "uniform_symmetric"));
    CHECK(holds(svg.str(), "</svg>"));
    std::filesystem::remove(file);

    const auto refused = quantize_model::write_plot(sample_report(), "/nonexistent/x.svg");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == gradus::errc::io);
}
