// SPDX-License-Identifier: MIT
// What compress_model measured, as plain values: the source of table, plot and report.
#pragma once

#include "../quantize_model/report.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace compress_model {

/// A stage of a run.
struct stage {
    std::string name;
    double seconds = 0.0;
    std::uint64_t peak_bytes = 0;  ///< resident, the most since the stage began
};

struct layer_error {
    std::string tensor;
    double error = 0.0;  ///< ||(W - Q) X||^2 / ||W X||^2
};

/// One run. What it has in common with those of quantize_model is in `common`.
struct run {
    quantize_model::run common;
    std::string method;          ///< joint, two steps, rounding, uniform width
    std::string allocator;       ///< what gave the bits
    double target_bits = 0.0;    ///< what was asked for
    double achieved_bits = 0.0;  ///< read back from the file, or of codes where those count
    double code_bits = 0.0;      ///< average width of codes
    double sparsity = 0.0;       ///< share of zeros, read back
    double predicted_kld = 0.0;
    double gap = 0.0;  ///< of the allocation, in the same unit
    std::vector<layer_error> relative_layer_error;
    std::vector<stage> stages;
    std::map<int, double> widths;  ///< share of the weights at each width
    std::map<std::string, std::map<int, double>> layer_widths;
};

/// Bits and predicted loss at the corners of the front: one measurement serves every target.
struct front_corner {
    double bits = 0.0;
    double kld = 0.0;
};

struct report {
    std::string model;
    std::string calibration;
    std::vector<quantize_model::text_baseline> texts;
    std::vector<run> runs;
    std::vector<front_corner> front;
    std::vector<std::pair<std::string, std::string>> findings;  ///< identifier, message
};

/// report.json: as quantize_model's, each run with the members above.
[[nodiscard]] std::string to_json(const report& measured);

}  // namespace compress_model
