// SPDX-License-Identifier: MIT
// A Llama model of mixed widths, outliers and permuted inputs, through a file and in memory.
#include "../model/small_model.hpp"
#include "scratch.hpp"

#include <gradus/eval/size_report.hpp>
#include <gradus/io/packed_writer.hpp>
#include <gradus/kernels/permute_columns.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/mixed_parts.hpp>
#include <gradus/model/packed_llama.hpp>
#include <gradus/quantize/quantize.hpp>

#include <algorithm>
#include <map>

namespace {

using namespace gradus;
using namespace gradus::test;

using eight = layout<uniform_symmetric<8>, group<16>>;
using four = layout<uniform_asymmetric<4>, group<>>;
using three = layout<adaptive_quantile<3>, group<8>>;
using mixed_menu = menu<eight, four, three>;

/// One order a width: every matrix that reads that many columns shares it. The first input of all
/// (of `q_proj`, `k_proj`, `v_proj`) is another one than that of the same width behind it.
std::string input_of(const std::string& name) {
    const auto stem = name.substr(0, name.rfind(".weight"));
    const auto at = stem.find_last_of('.');
    const std::string matrix = stem.substr(at + 1);
    const std::string layer = stem.substr(0, at);
    if (matrix == "q_proj" || matrix == "k_proj" || matrix == "v_proj") { return layer + ".qkv"; }
    if (matrix == "gate_proj" || matrix == "up_proj") { return layer + ".gu"; }
    return layer + "." + matrix;
}

column_order random_order(index_t cols, std::uint64_t stream) {
    std::vector<index_t> sources(cols);
    const random_key key = random_key::of(seed(), stream);
    for (index_t i = 0; i < cols; ++i) {
        const index_t j = key.below(i + 1, i);
        sources[i] = sources[j];
        sources[j] = i;
    }
    return column_order::of(sources).value();
}

template <class L>
column_run run_of(const matrix& w, index_t first, index_t count, const recipe<L>& how) {
    const weights_view columns = w.view().columns(first, count);
    return {first, part_of(quantize(columns, how).value())};
}

/// 8 bits in front, then 4, then 3, and what is large of the rest exactly: boundaries at no
/// multiple of anything; three columns pruned; `values` gets what all that stands for.
mixed_matrix mixed_of_weights(const matrix& w, matrix& values) {
    mixed_matrix m{.rows = w.rows, .cols = w.cols, .runs = {}};
    m.runs.push_back(run_of<eight>(w, 0, 7, {}));
    m.runs.push_back(run_of<four>(w, 7, 14, {.groups = {9}}));
    m.runs.push_back(run_of<three>(w, 24, w.cols - 24, {}));
    for (const column_run& run : m.runs) {
        const bool known =
            mixed_menu::visit(*parse_layout_name(run.part.layout), [&](const auto& choice) {
                const auto view = view_of(choice, run.part.bytes.bytes(), w.rows, run.part.cols,
                                          run.part.codebook);
                decode(view.value(), values.view().columns(run.first, run.part.cols));
            });
        REQUIRE(known);
    }
    std::vector<sparse_entry> outliers;
    for (index_t i = 0; i < w.values.size(); ++i) {
        const float missing = w.values[i] - values.values[i];
        if (magnitude(missing) < 0.08f) { continue; }
        outliers.push_back({i / w.cols, i % w.cols, missing});
        values.values[i] += f16::from(missing).value();
    }
    CHECK(outliers.size() > 0);
    m.outliers = sparse_f16::of(w.rows, w.cols, outliers).value();
    return m;
}

/// One model four times: float, as a file, as parts in memory, and as the floats that those stand
/// for, in the original order.
struct four_models {
    model_config config = small_config();
    model_weights original = random_weights(config);
    model_weights in_memory = original;
    model_weights decoded = original;
    packed_writer writer;
    index_t matrix_bits = 0;
    std::map<std::string, column_order> orders;

    four_models() {
        for (index_t i = 0; i < original.tensors.size(); ++i) {
            const named_matrix& tensor = original.tensors[i];
            if (tensor.name.ends_with("_proj.weight")) {
                quantize_one(tensor, decoded.tensors[i].values);
            } else {
                const auto bytes = std::as_bytes(std::span{tensor.values});
                writer.add_floats(tensor.name, element_type::f32,
                                  llama_tensors(config).find(tensor.name)->second,
                                  {bytes.begin(), bytes.end()});
            }
        }
    }

    [[nodiscard]] index_t order_bits() const {
        index_t bits = 0;
        for (const auto& [name, order] : orders) {
            bits += order.size_in_bits();
        }
        return bits;
    }

  private:
    void quantize_one(const named_matrix& tensor, std::vector<float>& values) {
        const std::string input = input_of(tensor.name);
        if (!orders.contains(input)) {
            orders[input] = random_order(tensor.cols, 900 + orders.size());
        }
        const column_order& order = orders[input];
        matrix permuted(tensor.rows, tensor.cols);
        permute_columns(order.view(), tensor.view(), permuted.view());
        matrix meant(tensor.rows, tensor.cols);
        mixed_matrix mixed = mixed_of_weights(permuted, meant);
        for (index_t r = 0; r < tensor.rows; ++r) {
            for (index_t i = 0; i < tensor.cols; ++i) {
                values[r * tensor.cols + order.view().source(i)] = meant(r, i);
            }
        }
        matrix_bits += mixed.size_in_bits();
        auto parts =
            hold_parts(mixed, [](const auto& part) { return hold_part<mixed_menu>(part).second; });
        REQUIRE(parts);
        in_memory.parts[tensor.name] = {std::move(parts).value(), permute_input(order)};
        writer.add_matrix(tensor.name, std::move(mixed), writer.add_input(order));
    }
};

result<model_weights> loaded(const model_config& config, const packed_file& file) {
    return load_packed_llama(config, file, [](const auto& from, const auto& of, const auto& part) {
        return open_plain_part<mixed_menu>(from, of, part).second;
    });
}

}  // namespace

TEST_CASE("logits from a file of mixed parts are those of the parts in memory") {
    INFO("GRADUS_SEED=", seed());
    four_models models;
    const scratch here;
    const auto size = models.writer.write(here / "m");
    REQUIRE(size);
    const auto file = packed_file::open(here / "m");
    REQUIRE(file);
    const auto from_file = loaded(models.config, file.value());
    REQUIRE(from_file);
    CHECK(from_file.value().parts.size() == 21);

    const auto tokens = random_tokens(20, models.config.vocab_size);
    const matrix expected = logits_of(model_of(models.in_memory), tokens);
    CHECK(logits_of(model_of(from_file.value()), tokens).values == expected.values);
    // By the definition of all of it: floats in the original order of columns.
    CHECK(largest_difference(logits_of(model_of(models.decoded), tokens), expected) < 1e-4);
    CHECK(largest_difference(logits_of(model_of(models.original), tokens), expected) > 1e-3);
    // One token after the other: other kernels, the same sums but for their order.
    CHECK(largest_difference(logits_of(model_of(from_file.value()), tokens, 1), expected) < 1e-4);
}

TEST_CASE("the bits of parts, permutations and report agree, and matrices share permutations") {
    four_models models;
    const scratch here;
    const auto size = models.writer.write(here / "m");
    REQUIRE(size);
    const auto file = packed_file::open(here / "m");
    REQUIRE(file);
    const auto from_file = loaded(models.config, file.value());
    REQUIRE(from_file);
    index_t bits = 0;
    std::map<transform_pointer, index_t> uses;
    for (const auto& [name, stored] : from_file.value().parts) {
        CHECK(stored.parts.size() == 4);  // three runs and outliers
        for (const part_pointer& part : stored.parts) {
            bits += part->size_in_bits();
        }
        uses[stored.transform] += 1;
    }
    CHECK(bits == models.matrix_bits);
    CHECK(uses.size() == models.orders.size());
    CHECK(uses.size() == 4 * 3);  // qkv, o, gate and up, down: of three layers
    index_t transform_bits = 0;
    for (const auto& [transform, count] : uses) {
        transform_bits += transform->size_in_bits();
    }
    CHECK(transform_bits == models.order_bits());
    CHECK(measure_size(file.value(), size.value()).decoder_bits == bits + transform_bits);
}

TEST_CASE("a layout of one run that is not on the menu is named") {
    four_models models;
    const scratch here;
    REQUIRE(models.writer.write(here / "m"));
    const auto file = packed_file::open(here / "m");
    REQUIRE(file);
    const auto fewer = load_packed_llama(
        models.config, file.value(), [](const auto& from, const auto& of, const auto& part) {
            return open_plain_part<menu<eight, four>>(from, of, part).second;
        });
    CHECK(fails(fewer, errc::unsupported, {"adaptive_quantile3_g8_f16", "menu"}));
}
