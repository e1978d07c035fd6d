// SPDX-License-Identifier: MIT
// A small Llama of noise, and where trained ones are found.
#pragma once

#include "random_matrix.hpp"

#include <gradus/io/tokens.hpp>
#include <gradus/model/llama.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#if !defined(GRADUS_SOURCE_DIR)
#define GRADUS_SOURCE_DIR "."
#endif

namespace gradus::test {

/// Widths that fill no vector; 3 query heads share each of 2 key heads.
inline model_config small_config() {
    model_config config;
    config.model_type = "llama";
    config.hidden_size = 40;
    config.intermediate_size = 52;
    config.num_hidden_layers = 3;
    config.num_attention_heads = 6;
    config.num_key_value_heads = 2;
    config.head_dim = 10;
    config.vocab_size = 29;
    config.max_position_embeddings = 64;
    config.rms_norm_eps = 1e-5;
    config.attention_bias = true;
    config.mlp_bias = true;
    config.hidden_act = "silu";
    return config;
}

/// Weights of about unit gain, so that every part of the model matters.
inline model_weights random_weights(const model_config& config) {
    model_weights weights{config, {}};
    std::uint64_t stream = 100;
    for (const auto& [name, shape] : llama_tensors(config)) {
        const index_t rows = shape.size() == 1 ? 1 : shape[0];
        const index_t cols = shape.back();
        const float scale = shape.size() == 1 ? 1.0f : std::sqrt(3.0f / static_cast<float>(cols));
        weights.tensors.push_back({name, rows, cols, noise(rows * cols, stream++, scale)});
    }
    return weights;
}

inline llama model_of(const model_weights& weights) {
    return make_llama(weights).value();
}

inline std::vector<token_t>
random_tokens(index_t count, index_t vocabulary, std::uint64_t stream = 7) {
    const random_key key = random_key::of(seed(), stream);
    std::vector<token_t> tokens(count);
    for (index_t i = 0; i < count; ++i) {
        tokens[i] = static_cast<token_t>(key.below(vocabulary, i));
    }
    return tokens;
}

/// Logits of all tokens, fed in blocks of `block` (0: all at once).
template <class Model>
matrix logits_of(const Model& model, std::span<const token_t> tokens, index_t block = 0) {
    auto caches = model.make_caches(tokens.size());
    workspace memory = model.make_workspace(tokens.size());
    matrix logits(tokens.size(), model.vocabulary());
    for (index_t t = 0; t < tokens.size();) {
        const index_t count = block == 0 ? tokens.size() : std::min(block, tokens.size() - t);
        model.forward(tokens.subspan(t, count), std::span{caches}, logits.view().block(t, count),
                      memory);
        t += count;
    }
    return logits;
}

inline double largest_difference(const matrix& a, const matrix& b) {
    double worst = 0.0;
    for (index_t i = 0; i < a.values.size(); ++i) {
        worst = std::max(
            worst, std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i])));
    }
    return worst;
}

/// The reference model that comes with the library.
inline std::string reference_directory() {
    return GRADUS_SOURCE_DIR "/examples/data/reference";
}

/// The directory with `models/` and `text/`: GRADUS_SHARED, or `shared` beside the source tree.
/// Empty, with a message, where there is none.
inline std::string shared_directory() {
    const char* given = std::getenv("GRADUS_SHARED");
    const std::string path = given != nullptr ? given : GRADUS_SOURCE_DIR "/../shared";
    if (is_directory(path + "/models")) { return path; }
    MESSAGE("skipped: no models in " << path << " (set GRADUS_SHARED)");
    return {};
}

}  // namespace gradus::test
