// SPDX-License-Identifier: MIT
// The command line of quantize_cache as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quantize_cache {

/// Exit codes of the program, as those of quantize_model.
enum exit_code : int {
    success = 0,
    usage = 2,      ///< an option or a budget that cannot be honoured; nothing was done
    bad_input = 3,  ///< a model or a text that cannot be read
    no_effect = 4,  ///< runs that cannot be told apart
    no_output = 5,  ///< a file that cannot be written
};

struct options {
    std::string model;
    std::vector<std::string> token_files;
    std::vector<std::string> byte_files;
    std::string calibration;  ///< tokens or bytes, as the texts are; empty: see `fill_in`
    std::size_t context = 256;
    std::optional<std::size_t> limit;  ///< tokens of each text
    std::size_t calibration_windows = 32;
    std::vector<std::string> series;      ///< empty: all
    std::vector<double> targets;          ///< bits a value; empty: those of the series
    std::optional<std::uint64_t> memory;  ///< bytes for weights and cache together
    std::string report = "out/cache-report.json";
    std::string plot = "out/cache-kld.svg";
    unsigned threads = 0;  ///< 0: as many as the machine has
    bool list = false;
    bool dry_run = false;
};

}  // namespace quantize_cache
