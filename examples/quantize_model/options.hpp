// SPDX-License-Identifier: MIT
// The command line of quantize_model as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quantize_model {

/// Exit codes of the program.
enum exit_code : int {
    success = 0,
    usage = 2,      ///< an option, a scheme or a pattern that cannot be honoured; nothing was done
    bad_input = 3,  ///< a model or a text that cannot be read
    no_effect = 4,  ///< a scheme that changed nothing, or two that cannot be told apart
    no_output = 5,  ///< a file that cannot be written
};

struct options {
    std::string model;
    std::vector<std::string> token_files;
    std::vector<std::string> byte_files;
    std::size_t context = 256;
    std::optional<std::size_t> limit;       ///< tokens of each text
    std::optional<std::uint32_t> document;  ///< token at which windows start
    bool second_half = false;
    std::vector<std::string> schemes;
    bool all = false;  ///< one scheme for every entry of the menu
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    std::string output;  ///< directory; empty: a temporary one
    std::string report = "out/report.json";
    std::string plot = "out/kld.svg";
    unsigned threads = 0;               ///< 0: as many as the machine has
    std::optional<std::uint64_t> seed;  ///< 1 where none is given
    bool list = false;
};

/// What the run without --scheme measures.
[[nodiscard]] std::vector<std::string> default_schemes();

/// One scheme, with mse_search at g64, for every entry of the menu.
[[nodiscard]] std::vector<std::string> menu_schemes();

}  // namespace quantize_model
