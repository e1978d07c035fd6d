// SPDX-License-Identifier: MIT
// A small report with all that a report can have.
#pragma once

#include "report.hpp"

#include <string>

inline quantize_model::run
sample_run(const std::string& scheme, double bits, double kld, const std::string& text = "book") {
    return {.scheme = scheme,
            .bits_per_weight_file = bits + 1.0,
            .bits_per_weight_decoder = bits,
            .file_bytes = 1536,
            .seconds = 1.25,
            .peak_bytes = 4096,
            .losses = {{text, 4.0, 1.25, kld, 0.9 * kld, 1.1 * kld, 0.875}},
            .tensors = {{"layer.0", {16, 32}, scheme, scheme, bits, 0.0625}}};
}

inline quantize_model::report sample_report() {
    return {.model = "it's \"small\"",
            .texts = {{"book", 1000, 1.5, 4.4817}},
            .runs = {sample_run("f16", 16.0, 0.0), sample_run("uniform_symmetric4_g64", 4.25, 0.02),
                     sample_run("uniform_symmetric3_g64", 3.25, 0.2),
                     sample_run("uniform_symmetric4_g64_mse", 4.25, 0.01),
                     sample_run("ternary_channel_kl", 1.6, 0.0)}};
}
