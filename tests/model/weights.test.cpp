// SPDX-License-Identifier: MIT
// Checkpoints that do not match their configuration are refused, each with its reason.
#include "small_model.hpp"

#include <gradus/model/weights.hpp>

namespace {

using namespace gradus::test;
using gradus::errc;
using gradus::index_t;
using gradus::tensor_shapes;

bool mentions(const gradus::error& e, std::string_view text) {
    return e.message.find(text) != std::string::npos;
}

gradus::safetensors_source reference() {
    return gradus::safetensors_source::open(reference_directory()).value();
}

tensor_shapes reference_shapes() {
    return gradus::llama_tensors(
        gradus::read_model_config(reference_directory() + "/config.json").value());
}

}  // namespace

TEST_CASE("the reference checkpoint holds what its configuration says") {
    const auto weights = gradus::load_llama_weights(reference_directory());
    REQUIRE(weights);
    index_t parameters = 0;
    for (const auto& tensor : weights.value().tensors) {
        parameters += tensor.values.size();
    }
    CHECK(parameters == 2'492'672);
    CHECK(weights.value().at("model.layers.3.mlp.down_proj.weight").rows == 256);
    CHECK(weights.value().at("model.layers.3.mlp.down_proj.weight").cols == 512);
    CHECK(weights.value().find("model.layers.4.mlp.down_proj.weight") == nullptr);
}

TEST_CASE("a missing, additional or wrongly shaped tensor is an error that names it") {
    const auto source = reference();
    auto shapes = reference_shapes();
    shapes["model.layers.0.self_attn.q_proj.bias"] = {256};
    auto tensors = gradus::read_tensors(source, shapes);
    REQUIRE(!tensors);
    CHECK(tensors.error().code == errc::not_found);
    CHECK(mentions(tensors.error(), "'model.layers.0.self_attn.q_proj.bias'"));
    CHECK(mentions(tensors.error(), "[256]"));

    shapes = reference_shapes();
    shapes.erase("lm_head.weight");
    tensors = gradus::read_tensors(source, shapes);
    REQUIRE(!tensors);
    CHECK(tensors.error().code == errc::unsupported);
    CHECK(mentions(tensors.error(), "model.safetensors"));
    CHECK(mentions(tensors.error(), "'lm_head.weight'"));
    CHECK(mentions(tensors.error(), "[256, 256]"));

    shapes = reference_shapes();
    shapes["model.layers.1.self_attn.k_proj.weight"] = {256, 128};
    tensors = gradus::read_tensors(source, shapes);
    REQUIRE(!tensors);
    CHECK(tensors.error().code == errc::malformed);
    CHECK(mentions(tensors.error(), "'model.layers.1.self_attn.k_proj.weight'"));
    CHECK(mentions(tensors.error(), "[128, 256]"));
    CHECK(mentions(tensors.error(), "[256, 128]"));
}

TEST_CASE("the expected tensors follow biases and the tied head") {
    auto config = small_config();
    CHECK(gradus::llama_tensors(config).size() == 3 + 3 * (9 + 7));
    config.attention_bias = false;
    CHECK(gradus::llama_tensors(config).size() == 3 + 3 * (9 + 3));
    config.mlp_bias = false;
    config.tie_word_embeddings = true;
    const auto shapes = gradus::llama_tensors(config);
    CHECK(shapes.size() == 2 + 3 * 9);
    CHECK(shapes.at("model.layers.2.self_attn.o_proj.weight") == std::vector<index_t>{40, 60});
}

TEST_CASE("a directory without a model is an error") {
    CHECK(!gradus::load_llama_weights(reference_directory() + "/nowhere"));
}
