// SPDX-License-Identifier: MIT
// What all stages share: the float model, its texts, and the rules of this job.
#pragma once

#include "backend.hpp"
#include "options.hpp"
#include "record.hpp"

#include <gradus/calibrate/calibration_text.hpp>
#include <gradus/compress/bit_plan.hpp>
#include <gradus/eval/baseline.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/layout/column_order.hpp>
#include <gradus/model/llama.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
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
    const gradus::llama* model = nullptr;  ///< the float model
    gradus::calibration_text calibration;
    std::deque<measured_text> texts;
    gradus::thread_pool& threads;
    record kept = {};                                        ///< what is completed already
    std::optional<gradus::model_weights> folded = {};        ///< the weights with scales folded in
    std::optional<gradus::llama> scaled = {};                ///< `model`, of these
    std::set<std::string> changed = {};                      ///< float tensors that this changed
    std::map<std::string, std::vector<double>> scales = {};  ///< of inputs by name, where not 1

    /// Whether rows of simpler methods are wanted; they stand beside the unscaled model.
    [[nodiscard]] bool rivals() const { return wanted.rivals && !scaled; }

    /// What the library's own rows are called.
    [[nodiscard]] const char* joint() const { return scaled ? "joint scaled" : "joint"; }

    /// Weights of the decoder's matrices.
    [[nodiscard]] std::uint64_t decoder_weights() const {
        std::uint64_t count = 0;
        for (const gradus::matrix_name& m : model->matrices()) {
            count += m.rows * m.cols;
        }
        return count;
    }

    /// A tensor of the model as floats, read anew: what is worked on is held, and nothing else
    /// (but for weights that scales are folded into).
    [[nodiscard]] gradus::named_matrix matrix(const std::string& name) const {
        if (folded) { return folded->at(name); }
        const gradus::tensor_view tensor = source.find(name).value();
        gradus::named_matrix m{name, tensor.rows(), tensor.cols(),
                               std::vector<float>(tensor.elements())};
        const gradus::status read = gradus::read_finite_floats(tensor, m.values);
        GRADUS_EXPECT(read.has_value());  // it was, when the model was loaded
        return m;
    }

    /// Whether columns are stored in an order of their own, which is then stored too.
    [[nodiscard]] bool stores_order() const {
        return !wanted.clusters.empty() || wanted.storage == "sorted";
    }

    /// Whether longer groups than `--group` are further options: where losses are measured, a
    /// budget tells when they pay.
    [[nodiscard]] bool shares_scales() const {
        return !wanted.fixed_groups && wanted.allocator == "budget" &&
               wanted.importance == "measured";
    }

    /// The ways to store a column: each width with scales for `--group` columns, or besides for
    /// twice as many and for a whole group of channels, which without `--clusters` are all.
    [[nodiscard]] std::vector<gradus::code_option> code_options() const {
        std::vector<gradus::code_option> options;
        for (const int width : wanted.widths) {
            if (width != 0 && shares_scales()) {
                options.push_back({width, gradus::whole_cluster});
                options.push_back({width, 2 * wanted.group});
            }
            options.push_back({width, wanted.group});
        }
        return options;
    }

    [[nodiscard]] gradus::run_rules rules() const {
        return {.group = wanted.group, .refine = wanted.refine};
    }

    /// What was divided out of an input, by columns in `order`; empty: nothing.
    [[nodiscard]] std::vector<double> scales_of(const std::string& input,
                                                std::span<const gradus::index_t> order) const {
        std::vector<double> some;
        const auto found = scales.find(input);
        for (gradus::index_t i = 0; found != scales.end() && i < order.size(); ++i) {
            some.push_back(found->second[order[i]]);
        }
        return some;
    }

    [[nodiscard]] gradus::damping damping(const zero_rule& zeros) const {
        gradus::damping how;
        how.amount = wanted.damping.value_or(zeros.choice == zero_rule::kind::none ? 0.1 : 0.3);
        if (wanted.damping_rule == "mean") { how.rule = gradus::damping_rule::mean; }
        if (wanted.damping_rule == "median") { how.rule = gradus::damping_rule::median; }
        return how;
    }
};

/// Bits of the order of an input's columns.
[[nodiscard]] inline std::uint64_t order_bits(gradus::index_t cols) {
    return 8 * gradus::column_number_bytes(cols) * cols;
}

/// Loads model and texts. Errors: whatever cannot be read, and a calibration text that shares
/// documents with one that is measured (leak).
[[nodiscard]] gradus::status load_texts(session& job);

}  // namespace compress_model
