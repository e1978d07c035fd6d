// SPDX-License-Identifier: MIT
// One width: its speed, its memory, its text.
#pragma once

#include "options.hpp"
#include "report.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/model/llama.hpp>

#include <string>
#include <string_view>

namespace generate_text {

/// Printable ASCII and line feeds as they are, other bytes as \xNN.
[[nodiscard]] std::string readable(std::string_view bytes);

/// `wanted.prompt` and `wanted.tokens` fit the model. Rates come from medians over all
/// steps of several runs.
[[nodiscard]] row measure(gradus::llama& model,
                          std::string name,
                          const options& wanted,
                          gradus::thread_pool& threads);

}  // namespace generate_text
