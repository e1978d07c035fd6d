// SPDX-License-Identifier: MIT
// All weights of a Llama checkpoint, checked against its configuration.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>
#include <gradus/io/model_config.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/model/input_transform.hpp>
#include <gradus/model/matrix_part.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A tensor as floats, row-major; a vector is one row.
struct named_matrix {
    std::string name;
    index_t rows;
    index_t cols;
    std::vector<float> values;

    [[nodiscard]] weights_view view() const { return {values.data(), rows, cols}; }
};

/// What multiplies in place of a float matrix: the sum of the parts, behind a transform of the
/// input (or none).
struct stored_matrix {
    std::vector<part_pointer> parts;
    transform_pointer transform = {};
};

struct model_weights {
    model_config config;
    std::vector<named_matrix> tensors;  ///< in the order of the checkpoint

    /// Matrices that are not float, by name; a tensor of that name has a shape and no values.
    std::map<std::string, stored_matrix, std::less<>> parts = {};

    /// Null where there is none.
    [[nodiscard]] const named_matrix* find(std::string_view name) const {
        for (const named_matrix& tensor : tensors) {
            if (tensor.name == name) { return &tensor; }
        }
        return nullptr;
    }

    [[nodiscard]] named_matrix* find(std::string_view name) {
        return const_cast<named_matrix*>(std::as_const(*this).find(name));
    }

    /// The values of a tensor that loading has made sure of.
    [[nodiscard]] const named_matrix& at(std::string_view name) const {
        const named_matrix* tensor = find(name);
        if (tensor == nullptr) { contract_failed("lookup", "no such tensor", __FILE__, __LINE__); }
        return *tensor;
    }
};

using tensor_shapes = std::map<std::string, std::vector<index_t>, std::less<>>;

[[nodiscard]] inline std::string layer_name(index_t layer, std::string_view rest) {
    return "model.layers." + std::to_string(layer) + "." + std::string{rest};
}

/// Every tensor that a Llama checkpoint of this configuration holds, and no other.
/// Source: Hugging Face transformers, `LlamaForCausalLM`.
[[nodiscard]] inline tensor_shapes llama_tensors(const model_config& config) {
    const index_t width = config.hidden_size;
    const index_t hidden = config.intermediate_size;
    tensor_shapes shapes{{"model.embed_tokens.weight", {config.vocab_size, width}},
                         {"model.norm.weight", {width}}};
    if (!config.tie_word_embeddings) { shapes["lm_head.weight"] = {config.vocab_size, width}; }
    for (index_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        const auto add = [&](std::string_view matrix, index_t rows, index_t cols, bool bias) {
            const std::string name = layer_name(layer, matrix);
            shapes[name + ".weight"] = {rows, cols};
            if (bias) { shapes[name + ".bias"] = {rows}; }
        };
        add("self_attn.q_proj", config.query_size(), width, config.attention_bias);
        add("self_attn.k_proj", config.key_value_size(), width, config.attention_bias);
        add("self_attn.v_proj", config.key_value_size(), width, config.attention_bias);
        add("self_attn.o_proj", width, config.query_size(), config.attention_bias);
        add("mlp.gate_proj", hidden, width, config.mlp_bias);
        add("mlp.up_proj", hidden, width, config.mlp_bias);
        add("mlp.down_proj", width, hidden, config.mlp_bias);
        shapes[layer_name(layer, "input_layernorm.weight")] = {width};
        shapes[layer_name(layer, "post_attention_layernorm.weight")] = {width};
    }
    return shapes;
}

/// Reads every tensor of `source`. Missing, additional and wrongly shaped tensors are errors that
/// name file, tensor and shapes, as are NaN and infinity.
[[nodiscard]] inline result<std::vector<named_matrix>>
read_tensors(const safetensors_source& source, const tensor_shapes& expected) {
    for (const auto& [name, shape] : expected) {
        if (source.contains(name)) { continue; }
        return tensor_error(errc::not_found, source.path(), name, "is missing (expected shape ",
                            shape_text(shape), ")");
    }
    std::vector<named_matrix> tensors;
    for (index_t i = 0; i < source.size(); ++i) {
        const tensor_view tensor = source.tensor(i);
        const auto entry = expected.find(tensor.name);
        const std::string found = shape_text(tensor.shape);
        if (entry == expected.end()) {
            return tensor_error(errc::unsupported, tensor.file, tensor.name, "of shape ", found,
                                " is not part of this architecture. Wrong config.json?");
        }
        if (found != shape_text(entry->second)) {
            return tensor_error(errc::malformed, tensor.file, tensor.name, "has shape ", found,
                                " (expected ", shape_text(entry->second), " by config.json)");
        }
        named_matrix matrix{std::string{tensor.name}, tensor.rows(), tensor.cols(),
                            std::vector<float>(tensor.elements())};
        if (status read = read_finite_floats(tensor, matrix.values); !read) { return read.error(); }
        tensors.push_back(std::move(matrix));
    }
    return tensors;
}

/// Loads a directory with config.json and safetensors files, all as float.
[[nodiscard]] inline result<model_weights> load_llama_weights(const std::string& directory) {
    result<model_config> config = read_model_config(directory + "/config.json");
    if (!config) { return config.error(); }
    const result<safetensors_source> source = safetensors_source::open(directory);
    if (!source) { return source.error(); }
    auto tensors = read_tensors(source.value(), llama_tensors(config.value()));
    if (!tensors) { return tensors.error(); }
    return model_weights{std::move(config).value(), std::move(tensors).value()};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
