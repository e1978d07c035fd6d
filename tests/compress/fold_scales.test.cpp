// SPDX-License-Identifier: MIT
// Folding scales changes the weights and not the function.
#include "small_model.hpp"

#include <gradus/compress/channel_scaling.hpp>
#include <gradus/compress/fold_scales.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Scales from 1/4 to 4, equal where channels come from one row.
std::vector<double> some_scales(const model_config& config, distinct_input input, index_t width) {
    const random_key key = random_key::of(seed(), 77, static_cast<std::uint64_t>(input));
    std::vector<double> scales;
    for (const index_t row : source_rows(config, input, width)) {
        scales.push_back(std::exp2(4.0 * key.uniform(row) - 2.0));
    }
    return scales;
}

index_t width_of(const model_weights& weights, distinct_input input) {
    return weights.at(layer_name(0, llama_readers(input)[0])).cols;
}

TEST_CASE("the folded model computes what it did: norms, shared heads, gates and biases") {
    const model_weights plain = random_weights(small_config());
    const auto tokens = random_tokens(20, plain.config.vocab_size);
    const matrix before = logits_of(model_of(plain), tokens);
    for (const distinct_input input : distinct_inputs) {
        model_weights folded = plain;
        const auto scales = some_scales(plain.config, input, width_of(plain, input));
        const auto changed = fold_scales(folded, 1, input, scales, element_type::f32);
        CHECK(changed.size() == 1);
        const std::string reader = layer_name(1, llama_readers(input)[0]);
        CHECK(folded.at(reader).values != plain.at(reader).values);
        CHECK(folded.at(scale_source(1, input)).values != plain.at(scale_source(1, input)).values);
        CHECK_MESSAGE(largest_difference(before, logits_of(model_of(folded), tokens)) < 2e-5,
                      name_of(input));
    }
}

TEST_CASE("columns are multiplied by exactly what their source is divided by") {
    const model_weights plain = random_weights(small_config());
    model_weights folded = plain;
    const auto scales = some_scales(plain.config, distinct_input::output, 60);
    REQUIRE(fold_scales(folded, 2, distinct_input::output, scales, element_type::f32).size() == 1);
    const named_matrix& o = folded.at("model.layers.2.self_attn.o_proj.weight");
    const named_matrix& v = folded.at("model.layers.2.self_attn.v_proj.weight");
    const weights_view old_o = plain.at(o.name).view();
    const weights_view old_v = plain.at(v.name).view();
    for (index_t j = 0; j < o.cols; ++j) {
        const index_t row = j / 30 * 10 + j % 10;  // three heads of ten share one of two
        CHECK(static_cast<double>(o.view()(3, j)) ==
              doctest::Approx(scales[j] * static_cast<double>(old_o(3, j))));
        CHECK(static_cast<double>(v.view()(row, 5)) ==
              doctest::Approx(static_cast<double>(old_v(row, 5)) / scales[j]));
    }
}

TEST_CASE("gains of 8 bits hold the scales that follow from them") {
    model_weights plain = random_weights(small_config());
    for (index_t layer = 0; layer < 3; ++layer) {
        for (float& g : plain.find(layer_name(layer, "input_layernorm.weight"))->values) {
            g = bf16::from(g).value();
        }
    }
    named_matrix& gains = *plain.find("model.layers.0.input_layernorm.weight");
    gains.values[4] = 0.0f;
    const auto tokens = random_tokens(20, plain.config.vocab_size);
    const auto wanted = some_scales(plain.config, distinct_input::attention, 40);
    const auto scales = scales_by_gains(wanted, gains.values, element_type::bf16);
    CHECK(scales[4] == 1.0);
    for (index_t j = 0; j < scales.size(); ++j) {
        if (j != 4) { CHECK(scales[j] == doctest::Approx(wanted[j]).epsilon(1.0 / 256.0)); }
    }
    model_weights folded = plain;
    const auto changed =
        fold_scales(folded, 0, distinct_input::attention, scales, element_type::bf16);
    CHECK(changed == std::vector<std::string>{gains.name});
    for (const float g : folded.at(gains.name).values) {
        CHECK(as_stored(g, element_type::bf16) == g);
    }
    CHECK(largest_difference(logits_of(model_of(plain), tokens),
                             logits_of(model_of(folded), tokens)) < 2e-5);
}

TEST_CASE("scales of one do not change a bit") {
    const model_weights plain = random_weights(small_config());
    model_weights folded = plain;
    for (const distinct_input input : distinct_inputs) {
        const std::vector<double> ones(width_of(plain, input), 1.0);
        REQUIRE(fold_scales(folded, 0, input, ones, element_type::f32).size() == 1);
    }
    for (index_t i = 0; i < plain.tensors.size(); ++i) {
        CHECK(plain.tensors[i].values == folded.tensors[i].values);
    }
}

TEST_CASE("means are shared by the channels of one row") {
    const std::vector<double> values{1.0, 2.0, 3.0, 6.0};
    const std::vector<index_t> rows{0, 1, 0, 1};
    CHECK(shared_means(values, rows) == std::vector<double>{2.0, 4.0, 2.0, 4.0});
}

}  // namespace
