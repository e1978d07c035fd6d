// SPDX-License-Identifier: MIT
// Llama: RMS norm, gated silu, rotate-half positions, grouped queries.
#pragma once

#include <gradus/model/activation/silu.hpp>
#include <gradus/model/attention/grouped_query.hpp>
#include <gradus/model/feed_forward/gated.hpp>
#include <gradus/model/norm/rms_norm.hpp>
#include <gradus/model/position/rotary.hpp>
#include <gradus/model/transformer.hpp>
#include <gradus/model/weights.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

using llama_transformer = transformer<rms_norm, rotary_halves, grouped_query, gated<silu>>;

/// A matrix of the decoder blocks: what quantizers work on.
struct matrix_name {
    std::string name;
    index_t rows;
    index_t cols;
};

/// Calls f(name, layer) for the seven linear layers of one block.
/// Whether a tensor is a matrix of a decoder block: what quantization is about.
[[nodiscard]] inline bool is_decoder_matrix(std::string_view name) {
    return name.starts_with("model.layers.") && name.ends_with("_proj.weight");
}

template <class Block, class F> void for_each_linear(Block& block, index_t layer, F&& f) {
    f(layer_name(layer, "self_attn.q_proj.weight"), block.attention.query);
    f(layer_name(layer, "self_attn.k_proj.weight"), block.attention.key);
    f(layer_name(layer, "self_attn.v_proj.weight"), block.attention.value);
    f(layer_name(layer, "self_attn.o_proj.weight"), block.attention.output);
    f(layer_name(layer, "mlp.gate_proj.weight"), block.feed_forward.gate);
    f(layer_name(layer, "mlp.up_proj.weight"), block.feed_forward.up);
    f(layer_name(layer, "mlp.down_proj.weight"), block.feed_forward.down);
}

/// A transformer whose linear layers are known by their names in the checkpoint. Copies share
/// what is not replaced.
class llama : public llama_transformer {
  public:
    llama(llama_transformer model, model_config config, std::vector<matrix_name> matrices)
        : llama_transformer{std::move(model)},
          config_{std::move(config)},
          matrices_{std::move(matrices)} {}

    [[nodiscard]] const model_config& config() const noexcept { return config_; }

    /// The cache of one step, for one sequence of up to `capacity` tokens.
    [[nodiscard]] f32_cache make_cache(index_t capacity) const {
        return f32_cache{{config_.num_key_value_heads, config_.head_dim, capacity}};
    }

    /// Caches for sequences of up to `capacity` tokens: one a step of the plan, or for
    /// `forward_each` one a step and sequence.
    [[nodiscard]] std::vector<f32_cache> make_caches(index_t capacity,
                                                     index_t sequences = 1) const {
        return std::vector<f32_cache>(plan().size() * sequences, make_cache(capacity));
    }

    /// The decoder matrices in the order of the checkpoint; embedding and head are not among them.
    [[nodiscard]] const std::vector<matrix_name>& matrices() const noexcept { return matrices_; }

    /// The layer of a decoder matrix or of "lm_head.weight"; null where there is none.
    [[nodiscard]] linear* find(std::string_view name) {
        linear* found = name == "lm_head.weight" ? &head : nullptr;
        for (index_t i = 0; i < blocks.size() && found == nullptr; ++i) {
            for_each_linear(blocks[i], i, [&](const std::string& known, linear& layer) {
                if (known == name) { found = &layer; }
            });
        }
        return found;
    }

    /// Puts other parts in place of a matrix, behind an optional transform of its input.
    [[nodiscard]] status replace(std::string_view name,
                                 std::vector<part_pointer> parts,
                                 transform_pointer transform = {}) {
        linear* layer = find(name);
        if (layer == nullptr) {
            return error{errc::not_found, "model has no matrix " + quote_name(name)};
        }
        const index_t rows = layer->rows();
        const index_t cols = layer->cols();
        bool fits = !parts.empty() && (transform == nullptr || transform->width() == cols);
        for (const part_pointer& part : parts) {
            fits = fits && part != nullptr && part->rows() == rows && part->cols() == cols;
        }
        if (!fits) {
            const index_t shape[] = {rows, cols};
            return error{errc::invalid_argument, "parts for " + quote_name(name) +
                                                     " are none, or not all of shape " +
                                                     shape_text(shape)};
        }
        layer->set(std::move(parts), std::move(transform));
        return done{};
    }

  private:
    model_config config_;
    std::vector<matrix_name> matrices_;
};

/// Builds one linear layer from `stem`.weight and, where it exists, `stem`.bias: of the stored
/// parts where the weights have them, else float.
[[nodiscard]] inline linear make_linear(const model_weights& weights, const std::string& stem) {
    const named_matrix* bias = weights.find(stem + ".bias");
    std::vector<float> added = bias == nullptr ? std::vector<float>{} : bias->values;
    if (const auto stored = weights.parts.find(stem + ".weight"); stored != weights.parts.end()) {
        return linear{stored->second.parts, std::move(added), stored->second.transform};
    }
    return linear{{make_part(f32_panels{weights.at(stem + ".weight").view()})}, std::move(added)};
}

[[nodiscard]] inline llama_transformer::block_type make_block(const model_weights& weights,
                                                              index_t layer) {
    const auto linear_of = [&](std::string_view matrix) {
        return make_linear(weights, layer_name(layer, matrix));
    };
    const auto norm_of = [&](std::string_view vector) {
        return rms_norm{weights.at(layer_name(layer, vector)).values,
                        static_cast<float>(weights.config.rms_norm_eps)};
    };
    return {norm_of("input_layernorm.weight"),
            {linear_of("self_attn.q_proj"), linear_of("self_attn.k_proj"),
             linear_of("self_attn.v_proj"), linear_of("self_attn.o_proj"), weights.config.head_dim},
            norm_of("post_attention_layernorm.weight"),
            {linear_of("mlp.gate_proj"), linear_of("mlp.up_proj"), linear_of("mlp.down_proj")}};
}

/// The model. `weights` come from `load_llama_weights` (which has checked them), changed
/// perhaps, and are not needed afterwards. `positions` 0 means as many as config.json allows.
[[nodiscard]] inline result<llama> make_llama(const model_weights& weights, index_t positions = 0) {
    const model_config& config = weights.config;
    if (config.hidden_act != silu::name) {
        return error{errc::unsupported, "hidden_act " + quote_name(config.hidden_act) +
                                            " is not supported (supported: silu)"};
    }
    const named_matrix& embedding = weights.at("model.embed_tokens.weight");
    std::vector<llama_transformer::block_type> blocks;
    for (index_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        blocks.push_back(make_block(weights, layer));
    }
    const bool tied = config.tie_word_embeddings;
    std::vector<matrix_name> matrices;
    for (const named_matrix& tensor : weights.tensors) {
        if (is_decoder_matrix(tensor.name)) {
            matrices.push_back({tensor.name, tensor.rows, tensor.cols});
        }
    }
    llama_transformer model{
        token_embedding{embedding.values, embedding.cols},
        rotary_halves{config.head_dim, positions == 0 ? config.max_position_embeddings : positions,
                      config.rope_theta},
        std::move(blocks),
        rms_norm{weights.at("model.norm.weight").values, static_cast<float>(config.rms_norm_eps)},
        make_linear(weights, tied ? "model.embed_tokens" : "lm_head")};
    return llama{std::move(model), config, std::move(matrices)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
