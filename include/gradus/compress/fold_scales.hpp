// SPDX-License-Identifier: MIT
// Scales of input channels folded into what computes the input: nothing is stored for them.
#pragma once

#include <gradus/calibrate/distinct_input.hpp>
#include <gradus/core/half.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/model/weights.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The tensor whose rows or entries the channels of an input come from, linearly: the gains of the
/// norm; the value matrix, as attention only mixes tokens; the up matrix, which the activated gate
/// multiplies.
[[nodiscard]] inline std::string scale_source(index_t layer, distinct_input input) {
    switch (input) {
    case distinct_input::attention:
        return layer_name(layer, "input_layernorm.weight");
    case distinct_input::output:
        return layer_name(layer, "self_attn.v_proj.weight");
    case distinct_input::feed_forward:
        return layer_name(layer, "post_attention_layernorm.weight");
    case distinct_input::down:
        break;
    }
    return layer_name(layer, "mlp.up_proj.weight");
}

/// The row or entry of the source that channel j comes from. Heads of queries that share a head of
/// values share its scales, so that folding is exact for them too.
[[nodiscard]] inline std::vector<index_t>
source_rows(const model_config& config, distinct_input input, index_t width) {
    const bool heads = input == distinct_input::output;
    const index_t share = config.num_attention_heads / config.num_key_value_heads;
    std::vector<index_t> rows(width);
    for (index_t j = 0; j < width; ++j) {
        const index_t head = j / config.head_dim;
        rows[j] = heads ? head / share * config.head_dim + j % config.head_dim : j;
    }
    return rows;
}

/// Means over the channels of each source row, given back to every one of them.
[[nodiscard]] inline std::vector<double> shared_means(std::span<const double> values,  // [channels]
                                                      std::span<const index_t> rows) {
    GRADUS_EXPECT(values.size() == rows.size());
    std::vector<double> sums(values.size());
    std::vector<double> counts(values.size());
    for (index_t j = 0; j < values.size(); ++j) {
        sums[rows[j]] += values[j];
        counts[rows[j]] += 1.0;
    }
    std::vector<double> means(values.size());
    for (index_t j = 0; j < values.size(); ++j) {
        means[j] = sums[rows[j]] / counts[rows[j]];
    }
    return means;
}

/// The nearest value that a checkpoint's type holds.
[[nodiscard]] inline float as_stored(float value, element_type type) {
    switch (type) {
    case element_type::bf16:
        return bf16::from(value).value();
    case element_type::f16:
        return f16::from(value).value();
    default:
        break;
    }
    return value;
}

/// What scales become where gains hold them: gain / s as the checkpoint's type rounds it decides,
/// and s follows. 1 where a gain is zero, or would be.
[[nodiscard]] inline std::vector<double>
scales_by_gains(std::span<const double> scales, floats gains, element_type type) {
    GRADUS_EXPECT(scales.size() == gains.size());
    std::vector<double> exact(scales.size(), 1.0);
    for (index_t j = 0; j < scales.size(); ++j) {
        const double gain = static_cast<double>(gains[j]);
        const float held = as_stored(static_cast<float>(gain / scales[j]), type);
        if (held == 0.0f || !std::isfinite(held)) { continue; }
        exact[j] = gain / static_cast<double>(held);
    }
    return exact;
}

/// Column j of the matrix times scales[j].
inline void scale_columns(named_matrix& m, std::span<const double> scales) {
    GRADUS_EXPECT(m.cols == scales.size());
    for (index_t i = 0; i < m.values.size(); ++i) {
        m.values[i] = static_cast<float>(static_cast<double>(m.values[i]) * scales[i % m.cols]);
    }
}

/// Multiplies the columns of all matrices that read an input by `scales`, and divides by them what
/// the input comes from, its bias too. The model computes what it did, to a few units in the last
/// place; gains are rounded to `type`, and scales from `scales_by_gains` lose nothing by that.
/// Scales are equal where `source_rows` are. Returns the float tensors that changed beside the
/// matrices.
[[nodiscard]] inline std::vector<std::string> fold_scales(model_weights& weights,
                                                          index_t layer,
                                                          distinct_input input,
                                                          std::span<const double> scales,
                                                          element_type type) {
    for (const std::string_view reader : llama_readers(input)) {
        scale_columns(*weights.find(layer_name(layer, reader)), scales);
    }
    const std::string from = scale_source(layer, input);
    named_matrix& source = *weights.find(from);
    const auto rows = source_rows(weights.config, input, scales.size());
    const bool norm = input == distinct_input::attention || input == distinct_input::feed_forward;
    const index_t row = norm ? 1 : source.cols;  // a norm has one gain a channel
    named_matrix* const bias =
        norm ? nullptr : weights.find(from.substr(0, from.rfind('.')) + ".bias");
    std::vector<bool> divided(scales.size());
    for (index_t j = 0; j < scales.size(); ++j) {
        if (divided[rows[j]]) { continue; }
        divided[rows[j]] = true;
        const auto divide = [&](float& w) {
            w = static_cast<float>(static_cast<double>(w) / scales[j]);
            if (norm) { w = as_stored(w, type); }
        };
        std::for_each_n(&source.values[rows[j] * row], row, divide);
        if (bias != nullptr) { divide(bias->values[rows[j]]); }
    }
    std::vector<std::string> changed;
    if (norm) { changed.push_back(from); }
    if (bias != nullptr) { changed.push_back(bias->name); }
    return changed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
