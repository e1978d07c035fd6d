// SPDX-License-Identifier: MIT
// The file of a compressed model, and what is read back from it.
#pragma once

#include "solve.hpp"

namespace compress_model {

struct stored_model {
    std::uint64_t file_bytes = 0;
    double file_bits = 0.0;     ///< a weight of the file
    double decoder_bits = 0.0;  ///< a weight of the decoder, permutations included
    std::optional<gradus::llama> model;
};

/// Writes `directory`/model.safetensors and config.json, opens them again, compares every weight
/// with what was solved (the record has it as `name`), and counts the bits of the file. The packed
/// parts are given away. Errors: a file that cannot be written or read; a weight that came back as
/// another.
[[nodiscard]] gradus::result<stored_model> store_model(const session& job,
                                                       const survey& known,
                                                       solved_model& solved,
                                                       const std::string& directory,
                                                       const std::string& name);

}  // namespace compress_model
