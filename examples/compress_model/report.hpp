// SPDX-License-Identifier: MIT
// What compress_model measured, as plain values: the source of table, plot and report.
#pragma once

#include "../quantize_model/report.hpp"

#include <gradus/compress/channel_scaling.hpp>
#include <gradus/compress/loss_worth.hpp>

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
    std::uint64_t held_bytes = 0;  ///< resident when it began
};

/// What calibrating and solving may take beyond what is held anyway, in bytes.
struct memory_bound {
    std::uint64_t block_weights = 0;  ///< of the largest block, as float
    std::uint64_t hessians = 0;       ///< of its inputs, as float
    std::uint64_t activations = 0;    ///< hidden states of all tokens, sequences in flight

    [[nodiscard]] std::uint64_t total() const {
        return 3 * block_weights + 2 * hessians + activations;
    }
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
    double gap = 0.0;             ///< of the allocation, in the same unit
    double metadata = 0.0;        ///< bits a weight: scales, row words and padding of runs
    double metadata_saved = 0.0;  ///< by longer groups than `--group`, bits a weight
    double order_bits = 0.0;      ///< orders of columns, bits a weight
    double shared_scales = 0.0;   ///< share of weights with one scale a row and group of channels
    std::vector<layer_error> relative_layer_error;
    std::vector<stage> stages;
    memory_bound memory;
    std::map<int, double> widths;  ///< share of the weights at each width
    std::map<std::string, std::map<int, double>> layer_widths;
};

/// What was chosen for the channels of one input.
struct scaled_input {
    std::string input;
    std::string source;  ///< the tensor that is divided by the scales
    gradus::scale_exponents exponents;
    double error = 1.0;  ///< measured on its matrices, relative to that without scales
};

/// Bits and predicted loss at the corners of the front: one measurement serves every target.
struct front_corner {
    double bits = 0.0;
    double kld = 0.0;
};

/// What a matrix's relative error is worth in nats: alpha, by two noise levels.
struct alpha_line {
    std::string series;  ///< dense, 0.5, 2:4, ...
    gradus::loss_worth worth;
};

struct report {
    std::string model;
    std::string calibration;
    std::vector<quantize_model::text_baseline> texts;
    std::vector<run> runs;
    std::vector<front_corner> front;
    std::vector<alpha_line> alphas;
    std::vector<scaled_input> scales;
    std::vector<std::pair<std::string, std::string>> findings;  ///< identifier, message
};

/// report.json: as quantize_model's, each run with the members above.
[[nodiscard]] std::string to_json(const report& measured);

}  // namespace compress_model
