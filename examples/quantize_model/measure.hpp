// SPDX-License-Identifier: MIT
// One scheme, the whole way: quantize, write, read back, evaluate.
#pragma once

#include "options.hpp"
#include "progress.hpp"
#include "report.hpp"

#include <gradus/config/scheme.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/eval/baseline.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/model/llama.hpp>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace quantize_model {

/// A text with the float model's losses on it.
struct measured_text {
    std::string name;
    std::vector<gradus::token_t> tokens;
    std::vector<gradus::window> windows;
    std::optional<gradus::baseline<gradus::llama>> base = {};

    [[nodiscard]] gradus::window_set set() const { return {tokens, windows}; }
};

/// What all schemes share.
struct session {
    gradus::safetensors_source source;
    gradus::model_weights weights;
    std::vector<std::string> chosen;       ///< tensors to quantize, in file order
    const gradus::llama* model = nullptr;  ///< the float model
    std::deque<measured_text> texts;       ///< whose baselines refer to their own tokens
    std::uint64_t seed = 1;
};

/// A scheme that is ready to run: f16, or a parsed one whose layout is on the menu.
struct planned_scheme {
    std::string name;
    std::optional<gradus::scheme> parsed;  ///< none: f16
};

/// Runs one scheme; its packed model is left at `directory`/model.safetensors with a config.json.
[[nodiscard]] gradus::result<run> measure(const session& shared,
                                          const planned_scheme& scheme,
                                          const std::string& directory,
                                          gradus::thread_pool& threads,
                                          progress& bar);

}  // namespace quantize_model
