// SPDX-License-Identifier: MIT
// report.json has the members that its readers rely on.
#include "sample_report.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>

TEST_CASE("a report as JSON holds every number under its documented name") {
    const auto json = nlohmann::json::parse(quantize_model::to_json(sample_report()));
    CHECK(json["model"] == "it's \"small\"");
    CHECK(json["texts"].size() == 1);
    CHECK(json["texts"][0]["name"] == "book");
    CHECK(json["texts"][0]["positions"] == 1000);
    CHECK(json["texts"][0]["nats"] == 1.5);
    CHECK(json["texts"][0]["ppl"] == 4.4817);
    CHECK(json["runs"].size() == 5);
    const auto& one = json["runs"][1];
    CHECK(one["scheme"] == "uniform_symmetric4_g64");
    CHECK(one["bits_per_weight_file"] == 5.25);
    CHECK(one["bits_per_weight_decoder"] == 4.25);
    CHECK(one["file_bytes"] == 1536);
    CHECK(one["seconds"] == 1.25);
    CHECK(one["peak_bytes"] == 4096);
    const auto& loss = one["losses"][0];
    CHECK(loss["text"] == "book");
    CHECK(loss["ppl"] == 4.0);
    CHECK(loss["ppl_ratio"] == 1.25);
    CHECK(loss["kld"] == 0.02);
    CHECK(loss["kld_low"] == 0.9 * 0.02);
    CHECK(loss["kld_high"] == 1.1 * 0.02);
    CHECK(loss["top1"] == 0.875);
    const auto& tensor = one["tensors"][0];
    CHECK(tensor["name"] == "layer.0");
    CHECK(tensor["shape"] == nlohmann::json::array({16, 32}));
    CHECK(tensor["requested"] == "uniform_symmetric4_g64");
    CHECK(tensor["applied"] == "uniform_symmetric4_g64");
    CHECK(tensor["bits"] == 4.25);
    CHECK(tensor["relative_error"] == 0.0625);
}

TEST_CASE("members keep their order, empty lists stay lists") {
    const std::string text = quantize_model::to_json({.model = "m", .texts = {}, .runs = {}});
    CHECK(text == "{\n  \"model\": \"m\",\n  \"texts\": [],\n  \"runs\": []\n}\n");
}

TEST_CASE("numbers that are not finite and names that are not UTF-8 still make valid JSON") {
    quantize_model::report measured = sample_report();
    measured.model = "bad \xff name";
    measured.runs[0].losses[0].ppl = std::numeric_limits<double>::infinity();
    const auto json = nlohmann::json::parse(quantize_model::to_json(measured));
    CHECK(json["runs"][0]["losses"][0]["ppl"].is_null());
}
