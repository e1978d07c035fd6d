// SPDX-License-Identifier: MIT
// The shape of a Llama model, from a Hugging Face `config.json`.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/config_fields.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/read_text_file.hpp>
#include <gradus/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

struct model_config {
    std::string model_type;
    index_t hidden_size = 0;
    index_t intermediate_size = 0;
    index_t num_hidden_layers = 0;
    index_t num_attention_heads = 0;
    index_t num_key_value_heads = 0;  ///< divides the heads
    index_t head_dim = 0;             ///< even
    index_t vocab_size = 0;
    index_t max_position_embeddings = 0;
    double rms_norm_eps = 0.0;
    double rope_theta = 10000.0;
    bool tie_word_embeddings = false;
    bool attention_bias = false;
    bool mlp_bias = false;
    std::string hidden_act;
    std::optional<index_t> bos_token_id;
    std::vector<index_t> eos_token_ids;  ///< none, one or several

    [[nodiscard]] index_t query_size() const noexcept { return num_attention_heads * head_dim; }

    [[nodiscard]] index_t key_value_size() const noexcept { return num_key_value_heads * head_dim; }
};

/// Sizes beyond these are taken for damage: they are far above any published model, and small
/// enough that no product of two of them overflows.
struct model_config_limits {
    static constexpr index_t width = index_t{1} << 22;
    static constexpr index_t layers = index_t{1} << 14;
    static constexpr index_t heads = index_t{1} << 16;
    static constexpr index_t vocabulary = index_t{1} << 28;
    static constexpr index_t positions = index_t{1} << 31;
};

/// Only `LlamaForCausalLM` of type `llama` is read.
inline void check_architecture(config_fields& fields, model_config& config) {
    constexpr std::string_view supported = " is not supported (supported: LlamaForCausalLM, llama)";
    config.model_type = fields.text("model_type");
    if (const auto* list = fields.get("architectures"); list != nullptr) {
        const auto* name = list->is_array() && list->size() == 1
                             ? list->begin()->get_ptr<const std::string*>()
                             : nullptr;
        if (name == nullptr) {
            fields.refuse(errc::malformed, "architectures", "is not a list of one string");
        } else if (*name != "LlamaForCausalLM") {
            fields.refuse(errc::unsupported, "architectures", "names ", quote_name(*name),
                          supported);
        }
    }
    if (config.model_type != "llama") {
        fields.refuse(errc::unsupported, "model_type", "names ", quote_name(config.model_type),
                      supported);
    }
}

/// Refuses what would change the arithmetic of the model without changing its shapes, and reads
/// the base of the rotary frequencies from where either generation of the format keeps it.
inline void read_rotary(config_fields& fields, const nlohmann::json& object, model_config& config) {
    if (fields.get("rope_scaling") != nullptr) {
        fields.refuse(errc::unsupported, "rope_scaling",
                      "is not null (only plain rotary positions "
                      "are supported)");
    }
    if (fields.get("quantization_config") != nullptr) {
        fields.refuse(errc::unsupported, "quantization_config",
                      "is not null (the weights are quantized already). Use the original model?");
    }
    if (fields.positive("partial_rotary_factor", 1.0) != 1.0) {
        fields.refuse(errc::unsupported, "partial_rotary_factor", "is not 1");
    }
    config.rope_theta = fields.positive("rope_theta", 10000.0);
    const auto* nested = fields.get("rope_parameters");
    if (nested == nullptr) { return; }
    const auto type = nested->find("rope_type");
    const auto theta = nested->find("rope_theta");
    const bool plain = nested->is_object() && type != nested->end() && *type == "default" &&
                       theta != nested->end() && theta->is_number() && nested->size() == 2 &&
                       !object.contains("rope_theta");
    if (!plain) {
        fields.refuse(errc::unsupported, "rope_parameters",
                      "is not {rope_type: default, rope_theta} (or rope_theta is given twice)");
        return;
    }
    config_fields inner{*nested, "rope_parameters"};
    config.rope_theta = inner.positive("rope_theta");
    if (inner.failure()) { fields.refuse(errc::malformed, "rope_parameters", "has a bad theta"); }
}

/// One token id or a list of them; null and absence mean none.
[[nodiscard]] inline std::vector<index_t>
read_token_ids(config_fields& fields, const char* key, index_t vocabulary) {
    std::vector<index_t> ids;
    const auto add = [&](const nlohmann::json& value) {
        const auto* id = value.get_ptr<const nlohmann::json::number_unsigned_t*>();
        if (id == nullptr || *id >= vocabulary) {
            fields.refuse(errc::malformed, key, "is not a token id below vocab_size");
        } else {
            ids.push_back(*id);
        }
    };
    const auto* value = fields.get(key);
    if (value == nullptr) { return ids; }
    if (!value->is_array()) {
        add(*value);
        return ids;
    }
    for (const nlohmann::json& item : *value) {
        add(item);
    }
    return ids;
}

inline void read_sizes(config_fields& fields, model_config& config) {
    using limits = model_config_limits;
    config.hidden_size = fields.count("hidden_size", limits::width);
    config.intermediate_size = fields.count("intermediate_size", limits::width);
    config.num_hidden_layers = fields.count("num_hidden_layers", limits::layers);
    config.num_attention_heads = fields.count("num_attention_heads", limits::heads);
    config.num_key_value_heads =
        fields.count("num_key_value_heads", limits::heads, config.num_attention_heads);
    config.vocab_size = fields.count("vocab_size", limits::vocabulary);
    config.max_position_embeddings = fields.count("max_position_embeddings", limits::positions);
    if (fields.failure()) { return; }  // the divisors below may be zero
    if (config.num_attention_heads % config.num_key_value_heads != 0) {
        fields.refuse(errc::malformed, "num_key_value_heads", config.num_key_value_heads,
                      " does not divide num_attention_heads ", config.num_attention_heads);
    }
    const index_t quotient = config.hidden_size / config.num_attention_heads;
    const bool derived = fields.get("head_dim") == nullptr;
    if (derived && quotient * config.num_attention_heads != config.hidden_size) {
        fields.refuse(errc::malformed, "num_attention_heads", config.num_attention_heads,
                      " does not divide hidden_size ", config.hidden_size,
                      " and head_dim is not given");
        return;
    }
    config.head_dim = derived ? quotient : fields.count("head_dim", limits::width);
    if (config.head_dim % 2 != 0) {
        fields.refuse(errc::malformed, derived ? "num_attention_heads" : "head_dim",
                      "gives heads of odd size ", config.head_dim,
                      " (rotary positions need pairs)");
    }
}

/// Reads the text of a `config.json`; keys that are not named in `model_config` are not used.
///
/// Errors: unsupported for another architecture, scaled or partial rotary positions, quantized
///         weights; malformed for a missing key, a value of another type, an absurd or
///         inconsistent size. Each names `file` and the key.
/// Source: Hugging Face transformers, `LlamaConfig`, whose defaults are taken where a key is
///         optional here.
[[nodiscard]] inline result<model_config> parse_model_config(std::string_view text,
                                                             std::string_view file) {
    const result<nlohmann::json> object = parse_json_object(text, file);
    if (!object) { return object.error(); }
    config_fields fields{object.value(), file};
    model_config config;
    check_architecture(fields, config);
    read_sizes(fields, config);
    read_rotary(fields, object.value(), config);
    config.rms_norm_eps = fields.positive("rms_norm_eps");
    if (config.rms_norm_eps >= 1.0) {
        fields.refuse(errc::malformed, "rms_norm_eps", "is not below 1");
    }
    config.tie_word_embeddings = fields.flag("tie_word_embeddings", false);
    config.attention_bias = fields.flag("attention_bias", false);
    config.mlp_bias = fields.flag("mlp_bias", false);
    config.hidden_act = fields.text("hidden_act", "silu");
    const auto bos = read_token_ids(fields, "bos_token_id", config.vocab_size);
    if (bos.size() > 1) { fields.refuse(errc::malformed, "bos_token_id", "has several values"); }
    if (!bos.empty()) { config.bos_token_id = bos.front(); }
    config.eos_token_ids = read_token_ids(fields, "eos_token_id", config.vocab_size);
    if (fields.failure()) { return *fields.failure(); }
    return config;
}

/// Reads the `config.json` at `path`, of at most 1 MiB.
[[nodiscard]] inline result<model_config> read_model_config(const std::string& path) {
    constexpr index_t longest_config = index_t{1} << 20;
    const result<std::string> text = read_text_file(path, longest_config);
    if (!text) { return text.error(); }
    return parse_model_config(text.value(), path);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
