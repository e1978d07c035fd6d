// SPDX-License-Identifier: MIT
// A finished run as a text, and back.
#pragma once

#include "report.hpp"

namespace compress_model {

/// What is remembered of a run: its figures, what was found on the way, and the checksum of its
/// file.
struct finished_run {
    run figures;
    std::vector<std::pair<std::string, std::string>> findings;
    std::string file_checksum;
};

[[nodiscard]] std::string to_text(const finished_run& finished);

/// Of what `to_text` gave.
[[nodiscard]] finished_run finished_from(const std::string& text);

}  // namespace compress_model
