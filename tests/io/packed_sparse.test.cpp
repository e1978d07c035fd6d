// SPDX-License-Identifier: MIT
// Sparse parts in a file: written, read back, counted, spoiled, and in a Llama model.
#include "../model/small_model.hpp"
#include "packed_variant.hpp"

#include <gradus/core/random.hpp>
#include <gradus/eval/size_report.hpp>
#include <gradus/kernels/pack_smallest.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/packed_llama.hpp>
#include <gradus/model/sparse_parts.hpp>
#include <gradus/quantize/quantize.hpp>

#include <algorithm>
#include <cmath>

namespace {

using namespace gradus;
using namespace gradus::test;

using even = layout<uniform_asymmetric<4>, group<16>>;
using four = layout<uniform_symmetric<4>, group<>>;
using sparse_menu = menu<even, four>;

/// Columns [first, first + count) of w, quantized, pruned so that at most n of every m columns (or
/// half of all) survive, stored as is smallest; `values` gets what that stands for.
template <class L>
column_run pruned_run(const matrix& w,
                      index_t first,
                      index_t count,
                      const survivor_pattern& pattern,
                      matrix& values,
                      typename L::grouping_type groups = {}) {
    const auto packed =
        quantize(w.view().columns(first, count), recipe<L>{.groups = groups}).value();
    plain_codes plain = unpack_codes(packed.view());
    const random_key key = random_key::of(seed(), 0x70u, first);
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t c = 0; c < count; ++c) {
            const bool dies =
                pattern.is_mask() ? key.below(2, r * count + c) == 0 : c % pattern.m >= pattern.n;
            if (!dies) { continue; }
            const index_t at = r * plain.grid_cols + c / groups.columns(count);
            plain.codes[r * count + c] =
                plain.zeros.empty() ? *zero_code_of(packed.map()) : plain.zeros[at];
        }
    }
    const auto dense = pack_codes<L>(plain.view(), packed.map(), groups).value();
    decode(dense, values.view().columns(first, count));
    return {first, pack_smallest<L>(plain.view(), packed.map(), groups).value()};
}

/// A mask, 2:4, a gap, and a dense run.
mixed_matrix sparse_of(const matrix& w, matrix& values) {
    mixed_matrix m{.rows = w.rows, .cols = w.cols, .runs = {}};
    m.runs.push_back(pruned_run<four>(w, 0, 7, survivor_mask, values, {5}));
    m.runs.push_back(pruned_run<even>(w, 8, 12, {2, 4}, values));
    m.runs.push_back(pruned_run<four>(w, 20, w.cols - 20, {4, 4}, values, {8}));
    return m;
}

std::vector<part_pointer> in_memory(mixed_matrix m) {
    return hold_parts(std::move(m),
                      [](const auto& part) { return hold_any_part<sparse_menu>(part).second; })
        .value();
}

auto opener() {
    return [](const auto& file, const auto& of, const auto& part) {
        return open_any_part<sparse_menu>(file, of, part).second;
    };
}

packed_writer sparse_writer() {
    packed_writer writer;
    const matrix w(37, 60, 8);
    matrix values(37, 60);
    writer.add_matrix("s.weight", sparse_of(w, values));
    return writer;
}

/// Opens a file and multiplies. 0: an error with a message; 1: finite outputs; 2: neither.
int outcome_of(const std::string& path) {
    const auto file = packed_file::open(path);
    if (!file) { return file.error().message.empty() ? 2 : 0; }
    for (const described_matrix& matrix : file.value().description().matrices) {
        const auto parts = open_parts(file.value(), matrix, opener());
        if (!parts) { return parts.error().message.find(path) != std::string::npos ? 0 : 2; }
        const linear layer{parts.value()};
        const std::vector<float> x(matrix.cols, 0x1p-20f);
        std::vector<float> y(matrix.rows);
        workspace memory{layer.scratch(1)};
        layer({x.data(), 1, x.size()}, {y.data(), 1, y.size()}, memory);
        if (!std::all_of(y.begin(), y.end(), [](float v) { return std::isfinite(v); })) {
            return 2;
        }
    }
    return 1;
}

}  // namespace

TEST_CASE("sparse runs come back from a file, and multiply like what they stand for") {
    const matrix w(37, 60, 8);
    matrix values(37, 60);
    const mixed_matrix mixed = sparse_of(w, values);
    CHECK(mixed.runs[0].part.layout == "uniform_symmetric4_g5_f16_mask");
    CHECK(mixed.runs[1].part.layout == "uniform_asymmetric4_g16_f16_2of4");
    CHECK(mixed.runs[2].part.layout == "uniform_symmetric4_g8_f16");
    const scratch here;
    REQUIRE(sparse_writer().write(here / "m"));
    const packed_file file = packed_file::open(here / "m").value();
    const described_matrix& described = file.description().matrices[0];
    CHECK(stored_bits(file.description(), described) == mixed.size_in_bits());
    const auto parts = open_parts(file, described, opener());
    REQUIRE(parts);
    index_t bits = 0;
    for (index_t i = 0; i < 3; ++i) {
        const std::span<const std::byte> stored = file.bytes(described.parts[i]);
        const auto packed = mixed.runs[i].part.bytes.bytes();
        CHECK(std::equal(stored.begin(), stored.end(), packed.begin(), packed.end()));
        bits += parts.value()[i]->size_in_bits();
    }
    CHECK(bits == mixed.size_in_bits());
    const linear from_file{parts.value()};
    const linear held{in_memory(mixed)};
    for (const index_t tokens : {index_t{1}, index_t{6}, index_t{40}}) {
        const matrix x(tokens, 60, 9);
        matrix y(tokens, 37);
        matrix other(tokens, 37);
        workspace memory{from_file.scratch(tokens)};
        from_file(x.view(), y.view(), memory);
        held(x.view(), other.view(), memory);
        CHECK(y.values == other.values);
        for (index_t i = 0; i < y.values.size(); ++i) {
            double sum = 0.0;
            for (index_t c = 0; c < 60; ++c) {
                sum += static_cast<double>(x(i / 37, c)) * static_cast<double>(values(i % 37, c));
            }
            CHECK(std::abs(sum - static_cast<double>(y.values[i])) < 2e-5);
        }
    }
}

TEST_CASE("any byte of a sparse part, with the right checksums, and any of the description") {
    packed_variant original = packed_variant::of(sparse_writer());
    const packed_description what = original.open().value().description();
    const scratch here;
    index_t accepted = 0;
    for (index_t i = 0; i < 3000; ++i) {
        const random_key key = random_key::of(seed(), 0x66u, i);
        packed_variant variant = original;
        for (const described_part& part : what.matrices[0].parts) {
            auto& data = variant.find(part.tensor).data;
            for (index_t edit = 0; edit < key.below(2, 1); ++edit) {
                data[key.below(data.size(), 2)] = static_cast<std::byte>(key.below(256, 3));
            }
            variant.replace(part.checksum, checksum::of(std::span{data}.first(part.bytes)));
        }
        if (i % 4 == 0) {
            const std::string digit = std::to_string(key.below(10, 4));
            variant.replace(i % 8 == 0 ? "2of4" : "[37,60]",
                            i % 8 == 0 ? digit + "of4" : "[3" + digit + ",60]");
        }
        std::filesystem::remove(here / "m");
        const int outcome = outcome_of(here.put("m", variant.bytes()));
        INFO("mutation ", i);
        REQUIRE(outcome != 2);
        accepted += outcome == 1 ? 1u : 0u;
    }
    CHECK(accepted > 500);
    CHECK(accepted < 2500);
}

TEST_CASE("what is sparse is refused where only dense layouts are known, and the other way round") {
    const scratch here;
    REQUIRE(sparse_writer().write(here / "m"));
    const packed_file file = packed_file::open(here / "m").value();
    const described_matrix& matrix = file.description().matrices[0];
    const auto dense = open_plain_part<sparse_menu>(file, matrix, matrix.parts[0]);
    CHECK_FALSE(dense.first);
    CHECK(fails(dense.second, errc::unsupported, {"uniform_symmetric4_g5_f16_mask", "menu"}));
    const auto other = open_sparse_part<sparse_menu>(file, matrix, matrix.parts[2]);
    CHECK_FALSE(other.first);
    CHECK(fails(other.second, errc::unsupported, {"uniform_symmetric4_g8_f16", "menu"}));
    const auto absent = open_any_part<sparse_menu, menu<even>>(file, matrix, matrix.parts[0]);
    CHECK_FALSE(absent.first);
}

TEST_CASE("logits of a pruned model: from a file, in memory, and of the floats it stands for") {
    INFO("GRADUS_SEED=", seed());
    const model_config config = small_config();
    const model_weights original = random_weights(config);
    model_weights held = original;
    model_weights decoded = original;
    packed_writer writer;
    index_t bits = 0;
    for (index_t i = 0; i < original.tensors.size(); ++i) {
        const named_matrix& tensor = original.tensors[i];
        if (!tensor.name.ends_with("_proj.weight")) {
            const auto bytes = std::as_bytes(std::span{tensor.values});
            writer.add_floats(tensor.name, element_type::f32,
                              llama_tensors(config).find(tensor.name)->second,
                              {bytes.begin(), bytes.end()});
            continue;
        }
        matrix w(tensor.rows, tensor.cols);
        w.values = tensor.values;
        matrix values(tensor.rows, tensor.cols);
        mixed_matrix mixed = sparse_of(w, values);
        bits += mixed.size_in_bits();
        decoded.tensors[i].values = values.values;
        held.parts[tensor.name] = {in_memory(mixed), nullptr};
        writer.add_matrix(tensor.name, std::move(mixed));
    }
    const scratch here;
    const auto size = writer.write(here / "m");
    REQUIRE(size);
    const packed_file file = packed_file::open(here / "m").value();
    const auto from_file = load_packed_llama(config, file, opener());
    REQUIRE(from_file);
    CHECK(measure_size(file, size.value()).decoder_bits == bits);
    const auto tokens = random_tokens(20, config.vocab_size);
    const matrix expected = logits_of(model_of(held), tokens);
    CHECK(logits_of(model_of(from_file.value()), tokens).values == expected.values);
    CHECK(largest_difference(logits_of(model_of(decoded), tokens), expected) < 1e-4);
    CHECK(largest_difference(logits_of(model_of(original), tokens), expected) > 1e-3);
}
