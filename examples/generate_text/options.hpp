// SPDX-License-Identifier: MIT
// The command line of generate_text as plain values.
#pragma once

#include <cstdint>
#include <string>

namespace generate_text {

/// Exit codes of the program.
enum exit_code : int {
    success = 0,
    usage = 2,      ///< an option that cannot be honoured; nothing was done
    bad_input = 3,  ///< a model that cannot be read, or not used here
    no_output = 5,  ///< a file that cannot be written
};

/// As what the products with packed weights see the activations.
enum class activations { f32, int8 };

struct options {
    std::string model;  ///< directory; empty: the embedded one
    std::string prompt = "The old man looked at the sea, and said to his son: ";
    std::size_t tokens = 128;  ///< written after the prompt
    unsigned threads = 1;      ///< 0: as many as the machine has
    std::uint64_t seed = 1;
    activations seen_as = activations::f32;
    std::string report;  ///< file; empty: none
};

}  // namespace generate_text
