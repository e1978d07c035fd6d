// SPDX-License-Identifier: MIT
// What quantize_cache measured, as plain values: the source of table, plot and report.
#pragma once

#include "../quantize_model/report.hpp"

#include <gradus/eval/losses.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quantize_cache {

using quantize_model::text_baseline;
using quantize_model::text_loss;

/// Bits a stored number, every overhead included.
struct cache_bits_of {
    double keys = 0.0;
    double values = 0.0;
    double both = 0.0;
};

/// What one operator of all layers loses alone.
struct operator_loss {
    std::string name;           ///< q_proj, ...
    double kld = 0.0;           ///< beside the same weights with float activations
    double kld_absmax = 0.0;    ///< with int8 a token that clips nothing
    double clipped_energy = 0;  ///< part of the inputs' squares in the values that are clipped
    std::string worst;          ///< matrix with most of it, and its part
    double worst_energy = 0.0;
};

/// One cache.
struct run {
    std::string series;
    std::string scheme;
    std::optional<double> target_bits;  ///< none: a fixed choice
    /// What is stored once is spread over 4096 tokens.
    cache_bits_of effective_bits;
    /// All that is allocated for a sequence of the text's context, and all that is stored once.
    double stored_bits = 0.0;
    std::uint64_t bytes = 0;  ///< allocated for one such sequence
    double seconds = 0.0;
    std::optional<double> predicted_kld;  ///< of a plan, from calibration
    std::vector<text_loss> losses;        ///< in the order of `report::texts`
    std::optional<double> weight_bits;    ///< codes of the decoder's weights; none: floats
    /// Of rounded activations, from the same weights with float activations.
    std::vector<text_loss> beside_weights = {};
    std::vector<operator_loss> operators = {};  ///< on the first text; of clipped activations
    std::vector<std::vector<gradus::window_losses>> windows = {};  ///< of each text; not written
};

/// Two runs of equal bits on one text, window by window.
struct comparison {
    std::string text;
    std::string series;
    std::string scheme;
    std::string beside;   ///< the other scheme
    double change = 0.0;  ///< of the KL divergence: -0.1 is ten per cent less
    double low = 0.0;     ///< ends of the paired 95 % interval
    double high = 0.0;
    std::string says;  ///< a sentence
};

/// One head at the width that most of the runs are about.
struct head_choice {
    std::string head;  ///< layer, head, keys or values
    int width = 0;
    std::string chosen;    ///< mapping
    double uniform = 0.0;  ///< predicted errors, relative to that of the chosen mapping
    double normal = 0.0;
    double adaptive = 0.0;
};

/// Bytes given to weights and cache by one budget.
struct memory_split {
    std::uint64_t memory = 0;
    std::uint64_t context = 0;
    std::uint64_t fixed_bytes = 0;   ///< embedding, head and norms, as f16
    std::uint64_t weight_bytes = 0;  ///< decoder matrices
    std::uint64_t cache_bytes = 0;
    double bits_per_weight = 0.0;
    double bits_per_cached = 0.0;
    double predicted_kld = 0.0;
    double kld = 0.0;
    std::vector<std::pair<std::string, int>> widths;  ///< of the matrices
};

struct report {
    std::string model;
    std::vector<text_baseline> texts;
    std::vector<run> runs;
    std::vector<comparison> comparisons;
    std::vector<head_choice> heads;
    std::optional<memory_split> budget;
};

/// Indented JSON; members are named and ordered as above. Ends with a newline.
[[nodiscard]] std::string to_json(const report& measured);

}  // namespace quantize_cache
