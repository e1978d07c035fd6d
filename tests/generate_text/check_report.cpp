// SPDX-License-Identifier: MIT
// Judges the report of generate_text on the embedded model.
//
//   check_report shape FILE TOKENS   exactly the documented members, sound values
//   check_report same FILE FILE      the same texts
//   check_report other FILE FILE     no two texts of a width are the same
#include "report_rules.hpp"

#include <cmath>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace gradus::test;

// The embedded model: 4 layers of width 256 and 512, 2 heads of 64 in the cache, 256 tokens.
constexpr double decoder_weights = 4.0 * (2.0 * 256 * 256 + 2.0 * 128 * 256 + 3.0 * 512 * 256);
constexpr double head_bytes = 4.0 * 256 * 256;
constexpr double cache_bytes = 4.0 * 2 * 2 * 64 * 4;

double positive(const json& object, const char* key) {
    const double value = number(object, key);
    require(value > 0.0, std::string{key} + " is not positive");
    return value;
}

void check_decode(const json& row) {
    double sequences = 1.0;
    require(row.at("decode").size() == 5, "not five batches");
    for (const json& batch : row.at("decode")) {
        require_members(
            batch,
            {"sequences", "tokens_per_second", "weight_bytes_per_token", "bandwidth_fraction"},
            "a batch");
        require(positive(batch, "sequences") == sequences, "batches are not 1, 2, 4, 8, 16");
        const double bytes = positive(batch, "weight_bytes_per_token");
        require(bytes * sequences == positive(row, "weight_bytes"), "not all weights in a step");
        const double fraction =
            bytes * positive(batch, "tokens_per_second") / positive(row, "read_bandwidth");
        require(std::abs(positive(batch, "bandwidth_fraction") / fraction - 1.0) < 1e-9,
                "bandwidth_fraction is not bytes * rate / bandwidth");
        sequences *= 2.0;
    }
}

void check_row(const json& row, double bits, const std::string& scheme) {
    require_members(row,
                    {"weights", "bits_per_weight", "weight_bytes", "read_bandwidth",
                     "first_token_seconds", "prefill_tokens_per_second", "cache_bytes_per_token",
                     "peak_bytes", "decode", "text"},
                    "a row");
    require(row.at("weights") == scheme, "a row is of " + row.at("weights").dump());
    require(positive(row, "bits_per_weight") == bits, scheme + " has other bits");
    require(positive(row, "weight_bytes") == decoder_weights * bits / 8.0 + head_bytes,
            scheme + " has other bytes");
    require(positive(row, "cache_bytes_per_token") == cache_bytes, "the cache grows otherwise");
    require(positive(row, "peak_bytes") > positive(row, "weight_bytes"),
            "less memory than weights");
    positive(row, "first_token_seconds");
    positive(row, "prefill_tokens_per_second");
    check_decode(row);
}

/// Escaped bytes count as one.
std::size_t length_of(const std::string& text) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++length) {
        i += text.compare(i, 2, "\\x") == 0 ? 4u : 1u;
    }
    return length;
}

void check_shape(const std::string& file, const std::string& tokens) {
    const json report = read(file);
    require_members(
        report,
        {"model", "activations", "threads", "seed", "prompt", "prompt_tokens", "tokens", "rows"},
        "the report");
    require(report.at("prompt_tokens") == report.at("prompt").get<std::string>().size(),
            "a token is not a byte");
    require(report.at("tokens") == std::stoul(tokens), "other tokens");
    const json& rows = report.at("rows");
    require(rows.size() == 5, "not five rows");
    check_row(rows[0], 32.0, "f32");
    std::size_t next = 1;
    for (const int bits : {8, 4, 3, 2}) {
        check_row(rows[next++], bits + 16.0 / 64.0,
                  "uniform_symmetric" + std::to_string(bits) + "_g64_f16_mse");
    }
    for (const json& row : rows) {
        require(length_of(row.at("text").get<std::string>()) == std::stoul(tokens),
                "a text of another length");
    }
}

void check_texts(const std::string& a, const std::string& b, bool same) {
    const json first = read(a);
    const json second = read(b);
    for (std::size_t i = 0; i < first.at("rows").size(); ++i) {
        const bool equal = first.at("rows")[i].at("text") == second.at("rows").at(i).at("text");
        require(equal == same, "texts of row " + std::to_string(i));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words{argv + 1, argv + argc};
    try {
        require(words.size() == 3, "three arguments are needed");
        if (words[0] == "shape") {
            check_shape(words[1], words[2]);
        } else {
            require(words[0] == "same" || words[0] == "other", "no such check");
            check_texts(words[1], words[2], words[0] == "same");
        }
    } catch (const std::exception& problem) {
        std::cerr << "check_report: " << problem.what() << '\n';
        return 1;
    }
    return 0;
}
