// SPDX-License-Identifier: MIT
// Trained models in the Hugging Face layout, where they are present: files, shapes and
// configuration agree.
#include "scratch.hpp"

#include <gradus/io/model_config.hpp>
#include <gradus/io/safetensors_directory.hpp>
#include <gradus/io/safetensors_writer.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/io/tokens.hpp>

#include <algorithm>
#include <cstdlib>

#if !defined(GRADUS_SOURCE_DIR)
#define GRADUS_SOURCE_DIR "."
#endif

namespace {

using gradus::index_t;
using gradus::model_config;
using gradus::safetensors_source;
using namespace gradus::test;

/// The directory with `models/` and `text/`: GRADUS_SHARED, or `shared` beside the source tree.
/// Empty, with a message, where there is none.
std::string shared_directory() {
    const char* given = std::getenv("GRADUS_SHARED");
    const std::string path = given != nullptr ? given : GRADUS_SOURCE_DIR "/../shared";
    if (gradus::is_directory(path + "/models")) { return path; }
    MESSAGE("skipped: no models in " << path << " (set GRADUS_SHARED)");
    return {};
}

using extents = std::vector<index_t>;

/// Name and shape of every tensor that a Llama with this configuration has.
std::vector<std::pair<std::string, extents>> expected_tensors(const model_config& c) {
    std::vector<std::pair<std::string, extents>> list;
    list.push_back({"model.embed_tokens.weight", {c.vocab_size, c.hidden_size}});
    list.push_back({"model.norm.weight", {c.hidden_size}});
    if (!c.tie_word_embeddings) {
        list.push_back({"lm_head.weight", {c.vocab_size, c.hidden_size}});
    }
    for (index_t i = 0; i < c.num_hidden_layers; ++i) {
        const auto add = [&](const char* name, const extents& shape) {
            list.push_back({"model.layers." + std::to_string(i) + "." + name + ".weight", shape});
        };
        add("input_layernorm", {c.hidden_size});
        add("post_attention_layernorm", {c.hidden_size});
        add("self_attn.q_proj", {c.query_size(), c.hidden_size});
        add("self_attn.k_proj", {c.key_value_size(), c.hidden_size});
        add("self_attn.v_proj", {c.key_value_size(), c.hidden_size});
        add("self_attn.o_proj", {c.hidden_size, c.query_size()});
        add("mlp.gate_proj", {c.intermediate_size, c.hidden_size});
        add("mlp.up_proj", {c.intermediate_size, c.hidden_size});
        add("mlp.down_proj", {c.hidden_size, c.intermediate_size});
    }
    return list;
}

}  // namespace

TEST_CASE("the tensors of each model are those of its configuration, and finite") {
    const std::string shared = shared_directory();
    if (shared.empty()) { return; }
    const std::pair<const char*, index_t> models[] = {
        {"reference", 2'492'672}, {"stories260K", 260'032}, {"tiny1m", 935'040}};
    for (const auto& [name, parameters] : models) {
        const std::string directory = shared + "/models/" + name;
        INFO(directory);
        const auto config = gradus::read_model_config(directory + "/config.json");
        REQUIRE(config);
        const auto source = safetensors_source::open(directory);
        REQUIRE(source);
        const auto expected = expected_tensors(config.value());
        CHECK(source->size() == expected.size());
        index_t elements = 0;
        for (const auto& [tensor_name, shape] : expected) {
            const auto tensor = source->find(tensor_name);
            REQUIRE(tensor);
            CHECK(
                std::equal(shape.begin(), shape.end(), tensor->shape.begin(), tensor->shape.end()));
            std::vector<float> values(tensor->elements());
            CHECK(gradus::read_finite_floats(tensor.value(), values));
            elements += values.size();
        }
        CHECK(elements == parameters);
    }
}

TEST_CASE("a model written again holds the same tensors") {
    const std::string shared = shared_directory();
    if (shared.empty()) { return; }
    const scratch here;
    const auto source = safetensors_source::open(shared + "/models/stories260K");
    REQUIRE(source);
    gradus::safetensors_writer writer{gradus::safetensors_writer::alignment::whole_lines};
    for (index_t i = 0; i < source->size(); ++i) {
        const auto t = source->tensor(i);
        REQUIRE(writer.add_tensor(std::string{t.name}, t.dtype, {t.shape.begin(), t.shape.end()},
                                  t.data));
    }
    REQUIRE(writer.write(here / "model.safetensors"));
    const auto copy = safetensors_source::open(here.path());
    REQUIRE(copy);
    REQUIRE(copy->size() == source->size());
    for (index_t i = 0; i < copy->size(); ++i) {
        const auto a = source->tensor(i);
        const auto b = copy->tensor(i);
        CHECK(a.name == b.name);
        CHECK(std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end()));
        CHECK(reinterpret_cast<std::uintptr_t>(b.data.data()) % 64 == 0);
    }
}

TEST_CASE("the token files hold as many tokens as they say") {
    const std::string shared = shared_directory();
    if (shared.empty()) { return; }
    const auto calibration =
        gradus::load_tokens_npy(shared + "/text/tinystories-calib.tok512.npy", 512);
    REQUIRE(calibration);
    CHECK(calibration->size() == 241'712);
    const auto evaluation =
        gradus::load_tokens_npy(shared + "/text/tinystories-eval.tok512.npy", 512);
    REQUIRE(evaluation);
    CHECK(evaluation->size() == 148'257);
    const auto text = gradus::load_tokens_bytes(shared + "/models/reference/self-text.bin", 256);
    REQUIRE(text);
    CHECK(text->size() == 131'072);
    CHECK(text->front() == '\n');
}
