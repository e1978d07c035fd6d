// SPDX-License-Identifier: MIT
// A Llama model from a packed file computes what the same parts compute in memory.
#include "../model/small_model.hpp"
#include "scratch.hpp"

#include <gradus/io/packed_writer.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/model/packed_llama.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <cstring>

namespace {

using namespace gradus;
using namespace gradus::test;

using even = layout<uniform_asymmetric<4>, group<>, log8_scale>;
using trained = layout<adaptive_quantile<3>, group<16>>;
using small_menu = menu<even, trained>;

bool is_packed(const std::string& name) {
    return name.ends_with("_proj.weight");
}

/// Every other matrix by the other layout.
template <class Use> void quantized(const named_matrix& matrix, index_t number, Use&& use) {
    if (number % 2 == 0) {
        use(quantize(matrix.view(), recipe<even>{.groups = {20}}).value());
    } else {
        use(quantize(matrix.view(), recipe<trained, mse_search>{}).value());
    }
}

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span{values});
    return {bytes.begin(), bytes.end()};
}

/// Adds one tensor: packed, or as it is, in the shape of the checkpoint.
void add(packed_writer& writer, const model_weights& weights, index_t number) {
    const named_matrix& matrix = weights.tensors[number];
    if (is_packed(matrix.name)) {
        quantized(matrix, number, [&]<class L>(packed_matrix<L>&& packed) {
            writer.add_matrix(matrix.name, part_of(std::move(packed)));
        });
    } else {
        writer.add_floats(matrix.name, element_type::f32,
                          llama_tensors(weights.config).find(matrix.name)->second,
                          bytes_of(matrix.values));
    }
}

/// A plain part in a packed file.
result<part_pointer>
part_in(const packed_file& file, const described_matrix& matrix, const described_part& part) {
    return open_plain_part<small_menu>(file, matrix, part).second;
}

result<model_weights> loaded(const model_config& config, const std::string& path) {
    const auto file = packed_file::open(path);
    if (!file) { return file.error(); }
    return load_packed_llama(config, file.value(), part_in);
}

/// Writes all tensors of a model but one.
std::string written(const scratch& here, const model_weights& weights, std::string_view but = "") {
    packed_writer writer;
    for (index_t i = 0; i < weights.tensors.size(); ++i) {
        if (weights.tensors[i].name != but) { add(writer, weights, i); }
    }
    REQUIRE(writer.write(here / "m"));
    return here / "m";
}

}  // namespace

TEST_CASE("logits from a file are those of the parts in memory") {
    INFO("GRADUS_SEED=", seed());
    const model_config config = small_config();
    const model_weights weights = random_weights(config);
    model_weights in_memory = weights;
    index_t bits = 0;
    for (index_t i = 0; i < weights.tensors.size(); ++i) {
        const named_matrix& matrix = weights.tensors[i];
        if (!is_packed(matrix.name)) { continue; }
        quantized(matrix, i, [&]<class L>(packed_matrix<L>&& packed) {
            bits += packed.size_in_bits();
            in_memory.parts[matrix.name] = {{make_part(std::move(packed))}};
        });
    }
    CHECK(in_memory.parts.size() == 21);  // seven in each of three layers

    result<model_weights> from_file = error{errc::io, "not read"};
    {
        const scratch here;
        from_file = loaded(config, written(here, weights));
    }  // the mapping outlives the file's name
    REQUIRE(from_file);
    CHECK(from_file.value().parts.size() == 21);
    index_t file_bits = 0;
    for (const auto& [name, matrix] : from_file.value().parts) {
        REQUIRE(matrix.parts.size() == 1);
        file_bits += matrix.parts[0]->size_in_bits();
    }
    CHECK(file_bits == bits);

    const auto tokens = random_tokens(20, config.vocab_size);
    const matrix expected = logits_of(model_of(in_memory), tokens);
    CHECK(logits_of(model_of(from_file.value()), tokens).values == expected.values);
    CHECK(logits_of(model_of(weights), tokens).values != expected.values);
}

TEST_CASE("missing, additional and wrongly shaped tensors") {
    const model_config config = small_config();
    const model_weights weights = random_weights(config);
    const scratch here;
    CHECK(loaded(config, written(here, weights)));
    for (const char* name :
         {"model.norm.weight", "lm_head.weight", "model.embed_tokens.weight",
          "model.layers.1.mlp.up_proj.weight", "model.layers.2.self_attn.k_proj.bias"}) {
        CHECK(fails(loaded(config, written(here, weights, name)), errc::not_found,
                    {here.path(), "config.json"}));
    }
    model_weights more = weights;
    more.tensors.push_back({"extra_proj.weight", 4, 32, std::vector<float>(128, 1.0f)});
    CHECK(fails(loaded(config, written(here, more)), errc::malformed, {"extra_proj.weight"}));

    packed_writer additional;
    for (index_t i = 0; i < weights.tensors.size(); ++i) {
        add(additional, weights, i);
    }
    additional.add_floats("extra", element_type::f32, {3}, std::vector<std::byte>(12));
    REQUIRE(additional.write(here / "m"));
    CHECK(fails(loaded(config, here / "m"), errc::malformed, {"'extra'", "[3]"}));

    model_config wider = config;
    wider.intermediate_size += 1;
    CHECK(fails(loaded(wider, written(here, weights)), errc::malformed, {"mlp", "config.json"}));
    model_config tied = config;
    tied.tie_word_embeddings = true;
    CHECK(fails(loaded(tied, written(here, weights)), errc::malformed, {"lm_head.weight"}));
}

TEST_CASE("tensors of the right names with the wrong content") {
    const model_config config = small_config();
    model_weights weights = random_weights(config);
    const scratch here;
    // A packed embedding has rows that cannot be looked up.
    packed_writer writer;
    for (index_t i = 0; i < weights.tensors.size(); ++i) {
        const named_matrix& matrix = weights.tensors[i];
        if (matrix.name == "model.embed_tokens.weight") {
            writer.add_matrix(matrix.name,
                              part_of(quantize(matrix.view(), recipe<trained>{}).value()));
        } else {
            add(writer, weights, i);
        }
    }
    REQUIRE(writer.write(here / "m"));
    CHECK(fails(loaded(config, here / "m"), errc::unsupported, {"embed_tokens", "float"}));
    // A norm that is not finite.
    for (named_matrix& matrix : weights.tensors) {
        if (matrix.name == "model.norm.weight") {
            matrix.values[3] = std::numeric_limits<float>::quiet_NaN();
        }
    }
    CHECK(fails(loaded(config, written(here, weights)), errc::nonfinite, {"model.norm.weight"}));
}

TEST_CASE("matrices that no menu or layout explains") {
    const scratch here;
    const auto open_as = [&](packed_part part) {
        packed_writer writer;
        writer.add_matrix("a", std::move(part));
        REQUIRE(writer.write(here / "m"));
        const auto file = packed_file::open(here / "m");
        REQUIRE(file);
        const described_matrix& matrix = file.value().description().matrices[0];
        return part_in(file.value(), matrix, matrix.parts[0]);
    };
    const auto part = [](std::string layout, index_t bytes) {
        return packed_part{std::move(layout), 3, 8, aligned_buffer{bytes}, {}};
    };
    const index_t right = geometry<even>{3, 8, {8}}.total_bytes();
    CHECK(open_as(part("uniform_asymmetric4_g8_log8", right)));
    CHECK(fails(open_as(part("uniform_asymmetric5_g8_log8", right)), errc::unsupported,
                {"'a'", "uniform_asymmetric5_g8_log8", "menu"}));
    CHECK(fails(open_as(part("nonsense", right)), errc::unsupported, {"nonsense"}));
    CHECK(fails(open_as(part("uniform_asymmetric4_g0_log8", right)), errc::unsupported, {"g0"}));
    CHECK(fails(open_as(part("uniform_asymmetric4_g8_log8", right + 1)), errc::malformed,
                {"'a'", "bytes (found"}));
    packed_part with_levels = part("uniform_asymmetric4_g8_log8", right);
    with_levels.codebook = {0.0f, 1.0f};
    CHECK(fails(open_as(std::move(with_levels)), errc::malformed, {"2 levels (expected 0)"}));
    const index_t bytes = geometry<trained>{3, 8, {}}.total_bytes();
    CHECK(fails(open_as(part("adaptive_quantile3_g16_f16", bytes)), errc::malformed,
                {"0 levels (expected 8)"}));
}
