// SPDX-License-Identifier: MIT
// What generate_text measured, as plain values: the source of the table and of the report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace generate_text {

/// Several sequences decoded together.
struct batch_rate {
    std::uint64_t sequences = 0;
    double tokens_per_second = 0.0;       ///< of all sequences together, by the median step
    double weight_bytes_per_token = 0.0;  ///< a step reads all weights once for all sequences
    double bandwidth_fraction = 0.0;  ///< weight bytes a token * tokens a second / read bandwidth
};

/// The model in one width.
struct row {
    std::string weights;  ///< scheme
    double bits_per_weight = 0.0;
    std::uint64_t weight_bytes = 0;  ///< read by a step: decoder matrices and head
    double read_bandwidth = 0.0;     ///< bytes a second, of a buffer of `weight_bytes`
    double first_token_seconds = 0.0;
    double prefill_tokens_per_second = 0.0;
    std::uint64_t cache_bytes_per_token = 0;  ///< of one sequence
    std::uint64_t peak_bytes = 0;             ///< of the process while it writes; 0: not known
    std::vector<batch_rate> decode;
    std::string text;  ///< what was written, other bytes than printable ASCII as \xNN
};

struct report {
    std::string model;
    std::string activations;
    unsigned threads = 0;
    std::uint64_t seed = 0;
    std::string prompt;
    std::uint64_t prompt_tokens = 0;
    std::uint64_t tokens = 0;
    std::vector<row> rows;
};

/// The report as JSON, indented; members are named and ordered as above. Ends with a newline.
[[nodiscard]] std::string to_json(const report& measured);

}  // namespace generate_text
