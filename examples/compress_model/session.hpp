// SPDX-License-Identifier: MIT
// What all stages share: the float model, its texts, and the rules of this job.
#pragma once

#include "backend.hpp"
#include "options.hpp"

#include <gradus/calibrate/calibration_text.hpp>
#include <gradus/compress/bit_plan.hpp>
#include <gradus/eval/baseline.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/layout/column_order.hpp>
#include <gradus/model/llama.hpp>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace compress_model {

/// A text with the float model's predictions on it.
struct measured_text {
    std::string name;
    std::vector<gradus::token_t> tokens;
    std::vector<gradus::window> windows;
    std::optional<gradus::baseline<gradus::llama>> base = {};

    [[nodiscard]] gradus::window_set set() const { return {tokens, windows}; }
};

struct session {
    const options& wanted;
    gradus::safetensors_source source;
    gradus::model_weights weights;
    const gradus::llama* model = nullptr;  ///< the float model
    gradus::calibration_text calibration;
    std::deque<measured_text> texts;
    gradus::thread_pool& threads;

    /// Weights of the decoder's matrices.
    [[nodiscard]] std::uint64_t decoder_weights() const {
        std::uint64_t count = 0;
        for (const gradus::matrix_name& m : model->matrices()) {
            count += m.rows * m.cols;
        }
        return count;
    }

    /// Whether columns are stored in an order of their own, which is then stored too.
    [[nodiscard]] bool stores_order() const {
        return !wanted.clusters.empty() || wanted.storage == "sorted";
    }

    [[nodiscard]] gradus::run_rules rules() const {
        return {.group = wanted.group, .refine = wanted.refine};
    }

    [[nodiscard]] gradus::damping damping() const { return {.amount = wanted.damping}; }
};

/// Bits of the order of an input's columns.
[[nodiscard]] inline std::uint64_t order_bits(gradus::index_t cols) {
    return 8 * gradus::column_number_bytes(cols) * cols;
}

/// Loads model and texts. Errors: whatever cannot be read, and a calibration text that shares
/// documents with one that is measured (leak).
[[nodiscard]] gradus::status load_texts(session& job);

}  // namespace compress_model
