// SPDX-License-Identifier: MIT
// Named matrices of a Llama model, and their replacement.
#include "small_model.hpp"

using namespace gradus::test;
using gradus::errc;
using gradus::f32_panels;
using gradus::index_t;
using gradus::make_part;

TEST_CASE("the decoder matrices are listed in the order of the checkpoint") {
    const auto weights = gradus::load_llama_weights(reference_directory());
    REQUIRE(weights);
    auto model = model_of(weights.value());
    REQUIRE(model.matrices().size() == 28);
    CHECK(model.matrices()[0].name == "model.layers.0.self_attn.q_proj.weight");
    CHECK(model.matrices()[6].name == "model.layers.0.mlp.down_proj.weight");
    CHECK(model.matrices()[6].rows == 256);
    CHECK(model.matrices()[6].cols == 512);
    index_t count = 0;
    for (const auto& m : model.matrices()) {
        const auto* layer = model.find(m.name);
        REQUIRE(layer != nullptr);
        CHECK(layer->rows() == m.rows);
        CHECK(layer->cols() == m.cols);
        CHECK(layer->size_in_bits() == 32 * m.rows * m.cols);
        count += m.rows * m.cols;
    }
    CHECK(count == 2'359'296);
    CHECK(model.find("lm_head.weight") == &model.head);
    CHECK(model.find("model.norm.weight") == nullptr);
}

TEST_CASE("a part with the same values gives the same logits, another one does not") {
    const auto weights = random_weights(small_config());
    const auto original = model_of(weights);
    const auto tokens = random_tokens(12, original.vocabulary());
    const matrix expected = logits_of(original, tokens);
    auto names = original.matrices();
    names.push_back({"lm_head.weight", 29, 40});
    for (const auto& name : names) {
        auto model = original;
        const auto& values = weights.at(name.name);
        REQUIRE(model.replace(name.name, {make_part(f32_panels{values.view()})}));
        CHECK(logits_of(model, tokens).values == expected.values);
        const matrix other(name.rows, name.cols, 5);
        REQUIRE(model.replace(name.name, {make_part(f32_panels{other.view()})}));
        CHECK(logits_of(model, tokens).values != expected.values);
    }
    CHECK(logits_of(original, tokens).values == expected.values);  // copies are apart
}

TEST_CASE("two halves of a matrix are the matrix") {
    const auto weights = random_weights(small_config());
    auto model = model_of(weights);
    const auto tokens = random_tokens(12, model.vocabulary());
    const matrix expected = logits_of(model, tokens);
    for (const auto& name : model.matrices()) {
        auto half = weights.at(name.name);
        for (float& v : half.values) {
            v *= 0.5f;
        }
        const auto part = make_part(f32_panels{half.view()});
        REQUIRE(model.replace(name.name, {part, part}));
    }
    CHECK(largest_difference(logits_of(model, tokens), expected) < 1e-5);
}

TEST_CASE("an unknown name or a wrong shape is refused") {
    auto model = model_of(random_weights(small_config()));
    const matrix square(40, 40, 5);
    const auto part = make_part(f32_panels{square.view()});
    const auto unknown = model.replace("model.layers.3.mlp.up_proj.weight", {part});
    REQUIRE(!unknown);
    CHECK(unknown.error().code == errc::not_found);
    const auto shape = model.replace("model.layers.2.mlp.up_proj.weight", {part});
    REQUIRE(!shape);
    CHECK(shape.error().code == errc::invalid_argument);
    CHECK(shape.error().message.find("[52, 40]") != std::string::npos);
    CHECK(!model.replace("model.layers.2.mlp.up_proj.weight", {}));
}

TEST_CASE("another activation function is refused by name") {
    auto config = small_config();
    config.hidden_act = "gelu";
    const auto model = gradus::make_llama(random_weights(config));
    REQUIRE(!model);
    CHECK(model.error().message.find("'gelu'") != std::string::npos);
}
