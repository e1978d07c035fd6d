// SPDX-License-Identifier: MIT
// Judges report.json: what its readers rely on, and arithmetic that the program did not do.
//
//   check_report shape FILE                   exactly the documented members, sound values
//   check_report bits FILE PARAMETERS FOLDER  stored bits follow from shapes and layouts;
//                                             sizes are those of FOLDER/<scheme>/model.safetensors
//   check_report falling FILE                 each run loses less than the one before it
//   check_report below FILE KLD               no run loses more
//   check_report same FILE FILE               equal but for seconds and peak_bytes
#include "report_rules.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace gradus::test;

// --- shape -----------------------------------------------------------------------------------

void check_loss(const json& loss, const json& text) {
    require_members(loss, {"text", "ppl", "ppl_ratio", "kld", "kld_low", "kld_high", "top1"},
                    "a loss");
    require(loss.at("text") == text.at("name"), "losses are not in the order of the texts");
    const double kld = number(loss, "kld");
    require(number(loss, "kld_low") <= kld && kld <= number(loss, "kld_high"),
            "kld is outside its interval");
    require(kld >= 0.0, "kld is negative");
    require(number(loss, "top1") >= 0.0 && number(loss, "top1") <= 1.0, "top1 is no fraction");
    const double ratio = number(loss, "ppl") / number(text, "ppl");
    require(std::abs(ratio / number(loss, "ppl_ratio") - 1.0) < 1e-9, "ppl_ratio is not the ratio");
}

void check_tensor(const json& tensor, const std::string& scheme) {
    require_members(tensor, {"name", "shape", "requested", "applied", "bits", "relative_error"},
                    "a tensor");
    require(tensor.at("shape").size() == 2, "a shape does not have two extents");
    require(tensor.at("requested") == scheme, "a tensor was requested as something else");
    const double error = number(tensor, "relative_error");
    require(error > 0.0 && error < 10.0, "relative_error is " + std::to_string(error));
}

/// Schemes that lose nothing (f16 of a BF16 model) are not for this check.
void check_shape(const std::string& file) {
    const json report = read(file);
    require_members(report, {"model", "texts", "runs"}, "the report");
    require(!report.at("texts").empty() && !report.at("runs").empty(), "no texts or no runs");
    for (const json& text : report.at("texts")) {
        require_members(text, {"name", "positions", "nats", "ppl"}, "a text");
        require(number(text, "positions") > 0.0, "a text without positions");
        require(std::abs(std::exp(number(text, "nats")) / number(text, "ppl") - 1.0) < 1e-9,
                "ppl is not exp(nats)");
    }
    for (const json& run : report.at("runs")) {
        require_members(run,
                        {"scheme", "bits_per_weight_file", "bits_per_weight_decoder", "file_bytes",
                         "seconds", "peak_bytes", "losses", "tensors"},
                        "a run");
        require(number(run, "seconds") > 0.0, "a run took no time");
        require(number(run, "peak_bytes") > number(run, "file_bytes"), "a run took no memory");
        require(run.at("losses").size() == report.at("texts").size(), "a text has no loss");
        for (std::size_t i = 0; i < run.at("losses").size(); ++i) {
            check_loss(run.at("losses")[i], report.at("texts")[i]);
        }
        require(!run.at("tensors").empty(), "a run without tensors");
        for (const json& tensor : run.at("tensors")) {
            check_tensor(tensor, run.at("scheme").get<std::string>());
        }
    }
}

// --- bits ------------------------------------------------------------------------------------

/// What a layout's name says: `<mapping><bits>[...]_<gN|channel>_<f16|bf16|f32|log8>`.
struct parts {
    std::string mapping;
    std::uint64_t bits = 0;
    std::uint64_t group = 0;  // 0: the whole row
    std::uint64_t scale_bits = 16;
    std::uint64_t row_bits = 0;
};

parts parts_of(const std::string& layout) {
    const auto scale_at = layout.rfind('_');
    const auto group_at = layout.rfind('_', scale_at - 1);
    parts p;
    const std::string mapping = layout.substr(0, group_at);
    const std::string group = layout.substr(group_at + 1, scale_at - group_at - 1);
    const std::string scale = layout.substr(scale_at + 1);
    const auto digit = mapping.find_first_of("12345678");
    p.mapping = mapping.substr(0, digit);
    p.bits = mapping == "ternary" ? 2
           : mapping == "binary"  ? 1
                                  : std::stoull(mapping.substr(digit));
    p.group = group == "channel" ? 0 : std::stoull(group.substr(1));
    p.scale_bits = scale == "f32" ? 32 : scale == "log8" ? 8 : 16;
    p.row_bits = scale == "log8" ? 16 : 0;
    return p;
}

std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) {
    return (a + b - 1) / b;
}

/// Bytes of the codes of one tile's group: blocks of 32 columns, each plane of which fills whole
/// bytes; ternary: of 20 columns, five codes a byte.
std::uint64_t code_bytes(const parts& p, std::uint64_t height, std::uint64_t columns) {
    const bool ternary = p.mapping == "ternary";
    const std::uint64_t block = ternary ? 20 : 32;
    std::uint64_t total = 0;
    for (std::uint64_t first = 0; first < columns; first += block) {
        const std::uint64_t codes = height * std::min(block, columns - first);
        if (ternary) {
            total += ceil_div(codes, 5);
            continue;
        }
        for (const std::uint64_t plane : {8u, 4u, 2u, 1u}) {
            if ((p.bits & plane) != 0) { total += ceil_div(codes * plane, 8); }
        }
    }
    return total;
}

std::uint64_t stored_bits(const parts& p, std::uint64_t rows, std::uint64_t cols) {
    std::uint64_t bytes = 0;
    for (std::uint64_t row = 0; row < rows; row += 16) {
        const std::uint64_t height = std::min<std::uint64_t>(16, rows - row);
        bytes += height * p.row_bits / 8;
        const std::uint64_t group = p.group == 0 ? cols : p.group;
        for (std::uint64_t first = 0; first < cols; first += group) {
            bytes += height * p.scale_bits / 8;
            if (p.mapping == "uniform_asymmetric") { bytes += ceil_div(height * p.bits, 8); }
            bytes += code_bytes(p, height, std::min(group, cols - first));
        }
    }
    const std::uint64_t codebook = p.mapping == "adaptive_quantile" ? 16u << p.bits : 0;
    return 8 * bytes + codebook;
}

/// `b + scale / g` and what else is stored, where nothing has to be padded.
double plain_bits(const parts& p, std::uint64_t rows, std::uint64_t cols) {
    const auto real = [](std::uint64_t x) { return static_cast<double>(x); };
    const double group = real(p.group == 0 ? cols : p.group);
    double bits = real(p.bits) + real(p.scale_bits) / group + real(p.row_bits) / real(cols);
    if (p.mapping == "uniform_asymmetric") { bits += real(p.bits) / group; }
    if (p.mapping == "adaptive_quantile") { bits += real(16u << p.bits) / real(rows * cols); }
    return bits;
}

void check_bits(const std::string& file, double parameters, const std::filesystem::path& folder) {
    for (const json& run : read(file).at("runs")) {
        const auto scheme = run.at("scheme").get<std::string>();
        double bits = 0.0;
        double weights = 0.0;
        for (const json& tensor : run.at("tensors")) {
            const auto rows = tensor.at("shape")[0].get<std::uint64_t>();
            const auto cols = tensor.at("shape")[1].get<std::uint64_t>();
            const auto applied = tensor.at("applied").get<std::string>();
            require(applied.starts_with(scheme), scheme + " was applied as " + applied);
            const parts p = parts_of(applied);
            const auto count = static_cast<double>(rows * cols);
            const double expected = static_cast<double>(stored_bits(p, rows, cols)) / count;
            const double found = number(tensor, "bits");
            require(std::abs(found - expected) < 1e-12,
                    scheme + ", " + tensor.at("name").dump() + ": " + std::to_string(found) +
                        " bits a weight, by arithmetic " + std::to_string(expected));
            const bool whole = rows % 16 == 0 && p.group % 4 == 0 && p.group != 0 &&
                               cols % p.group == 0 && p.mapping != "ternary";
            require(!whole || std::abs(found - plain_bits(p, rows, cols)) < 1e-12,
                    scheme + ": not b + scale / g");
            bits += expected * count;
            weights += count;
        }
        require(std::abs(number(run, "bits_per_weight_decoder") - bits / weights) < 1e-9,
                scheme + ": bits_per_weight_decoder is not the mean of the tensors");
        const auto size = std::filesystem::file_size(folder / scheme / "model.safetensors");
        require(run.at("file_bytes") == size, scheme + ": file_bytes is not the file's size");
        require(std::abs(number(run, "bits_per_weight_file") * parameters / 8.0 -
                         static_cast<double>(size)) < 1e-3,
                scheme + ": bits_per_weight_file does not give the file's size");
    }
}

// --- losses ----------------------------------------------------------------------------------

void check_falling(const std::string& file) {
    const json report = read(file);
    for (std::size_t text = 0; text < report.at("texts").size(); ++text) {
        double last = std::numeric_limits<double>::infinity();
        for (const json& run : report.at("runs")) {
            const double kld = number(run.at("losses")[text], "kld");
            require(kld < last, run.at("scheme").get<std::string>() + " loses " +
                                    std::to_string(kld) + " nats, the scheme before it " +
                                    std::to_string(last));
            last = kld;
        }
    }
}

void check_below(const std::string& file, double limit) {
    for (const json& run : read(file).at("runs")) {
        for (const json& loss : run.at("losses")) {
            require(number(loss, "kld") < limit,
                    run.at("scheme").get<std::string>() + " loses " + loss.at("kld").dump());
        }
    }
}

void check_same(const std::string& first, const std::string& second) {
    json reports[] = {read(first), read(second)};
    for (json& report : reports) {
        for (json& run : report.at("runs")) {
            run.erase("seconds");
            run.erase("peak_bytes");
        }
    }
    const std::string changes = json::diff(reports[0], reports[1]).dump();
    require(changes == "[]", "the reports differ: " + changes.substr(0, 400));
}

int run(const std::vector<std::string>& words) {
    using command = std::function<void()>;
    const std::map<std::string, std::pair<std::size_t, command>> commands{
        {"shape", {2, [&] { check_shape(words[1]); }}},
        {"bits", {4, [&] { check_bits(words[1], std::stod(words[2]), words[3]); }}},
        {"falling", {2, [&] { check_falling(words[1]); }}},
        {"below", {3, [&] { check_below(words[1], std::stod(words[2])); }}},
        {"same", {3, [&] { check_same(words[1], words[2]); }}},
    };
    const auto chosen = commands.find(words.empty() ? "" : words[0]);
    if (chosen == commands.end() || words.size() != chosen->second.first) {
        std::cerr << "usage: check_report shape|bits|falling|below|same FILE...\n";
        return 2;
    }
    chosen->second.second();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run({argv + 1, argv + argc});
    } catch (const std::exception& failure) {
        std::cerr << "check_report: " << failure.what() << '\n';
        return 1;
    }
}
