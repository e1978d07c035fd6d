// SPDX-License-Identifier: MIT
// The survey of one block as a text, and back.
#pragma once

#include "survey.hpp"

namespace compress_model {

[[nodiscard]] std::string to_text(const survey& part);

/// Of what `to_text` gave.
[[nodiscard]] survey survey_from(const std::string& text);

/// Findings as [[identifier, message], ...] and back.
[[nodiscard]] std::string findings_text(std::span<const gradus::finding> findings);
[[nodiscard]] std::vector<gradus::finding> findings_from(const std::string& text);

/// Appends a block.
void append(survey& all, survey part);

}  // namespace compress_model
