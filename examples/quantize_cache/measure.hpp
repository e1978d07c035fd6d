// SPDX-License-Identifier: MIT
// One cache, measured: losses on every text, bits and bytes.
#pragma once

#include "arms.hpp"
#include "report.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/eval/baseline.hpp>
#include <gradus/kv_plan/tune_split.hpp>
#include <gradus/model/llama.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantize_cache {

/// A text with the float model's losses on it.
struct measured_text {
    std::string name;
    std::vector<gradus::token_t> tokens;
    std::vector<gradus::window> windows;
    std::optional<gradus::baseline<gradus::llama>> base = {};

    [[nodiscard]] gradus::window_set set() const { return {tokens, windows}; }
};

/// Inputs of one matrix, [tokens, cols].
struct seen_inputs {
    std::vector<float> values;
    gradus::index_t cols = 0;

    [[nodiscard]] gradus::matrix_view<const float> rows() const {
        return {values.data(), values.size() / cols, cols};
    }
};

struct packed_weights;

/// What all runs share.
struct session {
    const gradus::llama* model = nullptr;
    const gradus::model_weights* weights = nullptr;
    gradus::index_t context = 0;
    std::deque<measured_text> texts;
    measured_text calibration;
    gradus::cache_statistics statistics = {};
    std::vector<gradus::window> search = {};   ///< every other window of the calibration text
    std::vector<gradus::window> confirm = {};  ///< those in between
    std::optional<gradus::tuning_text<gradus::llama>> tuning = {};  ///< of both
    std::map<std::string, gradus::tuned_split> tuned = {};          ///< by options and target
    std::shared_ptr<const std::map<std::string, seen_inputs>> inputs = {};  ///< of the matrices
    std::shared_ptr<const packed_weights> packed = {};                      ///< with 8 and 4 bits
    std::map<std::string, gradus::measured_cache> measured = {};            ///< by their options
};

[[nodiscard]] text_loss loss_of(const std::string& text, const gradus::losses& found);

/// Keys and values of the calibration text.
[[nodiscard]] gradus::status calibrate(session& shared);

[[nodiscard]] gradus::result<run>
measure(session& shared, const arm& one, gradus::thread_pool& threads);

}  // namespace quantize_cache
