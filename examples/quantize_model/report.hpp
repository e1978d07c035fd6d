// SPDX-License-Identifier: MIT
// What quantize_model measured, as plain values: the source of table, plot and report.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quantize_model {

/// The float model on one text.
struct text_baseline {
    std::string name;
    std::uint64_t positions = 0;  ///< scored ones
    double nats = 0.0;            ///< a position
    double ppl = 0.0;
};

/// What a scheme loses on one text. The ends `low` and `high` are those of the 95 % interval.
struct text_loss {
    std::string text;
    double ppl = 0.0;
    double ppl_ratio = 0.0;
    double kld = 0.0;  ///< nats a position
    double kld_low = 0.0;
    double kld_high = 0.0;
    double top1 = 0.0;  ///< fraction of positions, 0 to 1
};

/// What became of one tensor.
struct tensor_outcome {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::string requested;
    std::string applied;
    double bits = 0.0;            ///< a weight, every stored bit counted
    double relative_error = 0.0;  ///< |W - Q|_F / |W|_F
};

/// One scheme.
struct run {
    std::string scheme;
    double bits_per_weight_file = 0.0;
    double bits_per_weight_decoder = 0.0;
    std::uint64_t file_bytes = 0;
    double seconds = 0.0;
    std::uint64_t peak_bytes = 0;
    std::vector<text_loss> losses;  ///< in the order of `report::texts`
    std::vector<tensor_outcome> tensors;
};

struct report {
    std::string model;
    std::vector<text_baseline> texts;
    std::vector<run> runs;
};

/// report.json, indented; members are named and ordered as above, a number that is not finite
/// becomes null. Ends with a newline.
[[nodiscard]] std::string to_json(const report& measured);

}  // namespace quantize_model
