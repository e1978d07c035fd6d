// SPDX-License-Identifier: MIT
// A Llama configuration is read; what would be computed wrongly is refused by its key.
#include "scratch.hpp"

#include <gradus/io/model_config.hpp>

namespace {

using gradus::errc;
using gradus::index_t;
using gradus::parse_model_config;
using namespace gradus::test;
using nlohmann::json;

/// Every required key, and no other.
json smallest() {
    return {{"model_type", "llama"},          {"hidden_size", 64},
            {"intermediate_size", 172},       {"num_hidden_layers", 5},
            {"num_attention_heads", 8},       {"vocab_size", 512},
            {"max_position_embeddings", 256}, {"rms_norm_eps", 1e-5}};
}

auto parse(const json& object) {
    return parse_model_config(object.dump(), "c");
}

auto parse_with(const std::string& key, const json& value) {
    json object = smallest();
    object[key] = value;
    return parse(object);
}

bool refuses(const std::string& key, const json& value, errc code = errc::malformed) {
    return fails(parse_with(key, value), code, {"c:", "'" + key + "'"});
}

}  // namespace

TEST_CASE("the required keys are enough; the rest has Llama's defaults") {
    const auto config = parse(smallest());
    REQUIRE(config);
    CHECK(config->model_type == "llama");
    CHECK(config->hidden_size == 64);
    CHECK(config->intermediate_size == 172);
    CHECK(config->num_hidden_layers == 5);
    CHECK(config->num_attention_heads == 8);
    CHECK(config->num_key_value_heads == 8);
    CHECK(config->head_dim == 8);
    CHECK(config->query_size() == 64);
    CHECK(config->key_value_size() == 64);
    CHECK(config->vocab_size == 512);
    CHECK(config->max_position_embeddings == 256);
    CHECK(config->rms_norm_eps == 1e-5);
    CHECK(config->rope_theta == 10000.0);
    CHECK_FALSE(config->tie_word_embeddings);
    CHECK_FALSE(config->attention_bias);
    CHECK_FALSE(config->mlp_bias);
    CHECK(config->hidden_act == "silu");
    CHECK_FALSE(config->bos_token_id);
    CHECK(config->eos_token_ids.empty());
}

TEST_CASE("every optional key is read") {
    json object = smallest();
    object.update({{"architectures", {"LlamaForCausalLM"}},
                   {"num_key_value_heads", 2},
                   {"head_dim", 32},
                   {"rope_theta", 500000},
                   {"tie_word_embeddings", true},
                   {"attention_bias", true},
                   {"mlp_bias", true},
                   {"hidden_act", "gelu"},
                   {"bos_token_id", 0},
                   {"eos_token_id", {1, 511}},
                   {"rope_scaling", nullptr},
                   {"anything_else", {{"deep", {1, 2}}}}});
    const auto config = parse(object);
    REQUIRE(config);
    CHECK(config->num_key_value_heads == 2);
    CHECK(config->head_dim == 32);
    CHECK(config->query_size() == 256);
    CHECK(config->key_value_size() == 64);
    CHECK(config->rope_theta == 500000.0);
    CHECK(config->tie_word_embeddings);
    CHECK(config->attention_bias);
    CHECK(config->mlp_bias);
    CHECK(config->hidden_act == "gelu");
    CHECK(config->bos_token_id == index_t{0});
    CHECK(config->eos_token_ids == std::vector<index_t>{1, 511});
    CHECK(parse_with("eos_token_id", 2)->eos_token_ids == std::vector<index_t>{2});
}

TEST_CASE("each required key that is missing or null is named") {
    const json whole = smallest();
    for (const auto& item : whole.items()) {
        json without = whole;
        without.erase(item.key());
        const errc code = errc::malformed;
        CHECK(fails(parse(without), code, {"c:", "'" + item.key() + "'", "missing"}));
        CHECK(refuses(item.key(), nullptr));
    }
}

TEST_CASE("sizes are integers, not zero and not absurd") {
    for (const char* key :
         {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
          "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings"}) {
        for (const json& bad : {json(0), json(-8), json(8.0), json(8.5), json("8"), json(true),
                                json::array({8}), json(1ull << 40), json(~0ull)}) {
            CHECK(refuses(key, bad));
        }
    }
}

TEST_CASE("sizes must agree with each other") {
    CHECK(refuses("num_key_value_heads", 3));
    CHECK(refuses("num_key_value_heads", 16));
    CHECK(refuses("num_attention_heads", 7));   // 64 / 7
    CHECK(refuses("num_attention_heads", 64));  // heads of one
    CHECK(refuses("head_dim", 9));
    json object = smallest();
    object["num_attention_heads"] = 7;
    object["head_dim"] = 10;
    CHECK(parse(object)->query_size() == 70);
}

TEST_CASE("another architecture is unsupported, and the message says what is") {
    const auto other = parse_with("architectures", {"MixtralForCausalLM"});
    CHECK(fails(other, errc::unsupported, {"c:", "'MixtralForCausalLM'", "LlamaForCausalLM"}));
    const auto type = parse_with("model_type", "qwen2");
    CHECK(fails(type, errc::unsupported, {"c:", "'qwen2'", "llama"}));
    for (const json& bad : {json("LlamaForCausalLM"), json::array(), json::array({1}),
                            json::array({"LlamaForCausalLM", "LlamaForCausalLM"})}) {
        CHECK(refuses("architectures", bad));
    }
    CHECK(parse_with("architectures", nullptr));
}

TEST_CASE("arithmetic that would be ignored is unsupported") {
    CHECK(refuses("rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}, errc::unsupported));
    CHECK(refuses("rope_scaling", 2.0, errc::unsupported));
    CHECK(refuses("quantization_config", {{"bits", 4}}, errc::unsupported));
    CHECK(refuses("partial_rotary_factor", 0.5, errc::unsupported));
    CHECK(parse_with("partial_rotary_factor", 1.0));
}

TEST_CASE("the rotary base may stand where newer files keep it") {
    const json plain = {{"rope_type", "default"}, {"rope_theta", 500000.0}};
    CHECK(parse_with("rope_parameters", plain)->rope_theta == 500000.0);
    for (const json& other :
         {json{{"rope_type", "yarn"}, {"rope_theta", 1e4}}, json{{"rope_type", "default"}},
          json{{"rope_type", "default"}, {"rope_theta", 1e4}, {"factor", 2}},
          json{{"rope_type", "default"}, {"rope_theta", "x"}}, json(3), json::array(),
          json("default")}) {
        CHECK(refuses("rope_parameters", other, errc::unsupported));
    }
    CHECK(refuses("rope_parameters", {{"rope_type", "default"}, {"rope_theta", -1}}));
    json both = smallest();
    both["rope_theta"] = 10000.0;
    both["rope_parameters"] = plain;
    CHECK(fails(parse(both), errc::unsupported, {"rope_parameters", "twice"}));
}

TEST_CASE("the other values have their types and ranges") {
    for (const json& bad : {json(0), json(-1e-5), json("1e-5"), json(true), json(1.0), json(2)}) {
        CHECK(refuses("rms_norm_eps", bad));
    }
    for (const json& bad : {json(0), json(-1.0), json("10000")}) {
        CHECK(refuses("rope_theta", bad));
    }
    for (const char* key : {"tie_word_embeddings", "attention_bias", "mlp_bias"}) {
        CHECK(refuses(key, 1));
        CHECK(refuses(key, "true"));
    }
    CHECK(refuses("hidden_act", 1));
    CHECK(refuses("model_type", 1));
    for (const char* key : {"bos_token_id", "eos_token_id"}) {
        for (const json& bad : {json(-1), json(512), json(1.0), json("1"), json{0, 512}}) {
            CHECK(refuses(key, bad));
        }
    }
    CHECK(refuses("bos_token_id", {1, 2}));
}

TEST_CASE("a configuration is strict JSON in a small file") {
    CHECK(fails(parse_model_config("[]", "c"), errc::malformed, {"c:", "object"}));
    CHECK(fails(parse_model_config("{", "c"), errc::malformed, {"c:", "JSON"}));
    std::string twice = smallest().dump();
    twice.insert(1, R"("hidden_size":128,)");
    CHECK(fails(parse_model_config(twice, "c"), errc::malformed, {"'hidden_size'", "twice"}));
    const scratch here;
    const auto path = here.put("config.json", smallest().dump());
    CHECK(gradus::read_model_config(path)->hidden_size == 64);
    CHECK(fails(gradus::read_model_config(here / "none"), errc::not_found, {"none"}));
    here.put("config.json", smallest().dump() + std::string(1 << 20, ' '));
    CHECK(fails(gradus::read_model_config(path), errc::malformed, {path, "limit"}));
}
