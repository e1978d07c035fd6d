// SPDX-License-Identifier: MIT
// Runs, outliers and permutations in a file: written, read back, counted to the bit.
#include "packed_variant.hpp"

#include <gradus/eval/size_report.hpp>
#include <gradus/io/packed_reader.hpp>
#include <gradus/io/packed_writer.hpp>

#include <algorithm>
#include <cstdint>

namespace {

using namespace gradus;
using namespace gradus::test;

bool same_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// The file of a writer, opened.
packed_file opened(const scratch& here, packed_writer writer) {
    REQUIRE(writer.write(here / "m"));
    result<packed_file> file = packed_file::open(here / "m");
    REQUIRE(file);
    return std::move(file).value();
}

}  // namespace

TEST_CASE("runs, outliers and permutation come back") {
    const scratch here;
    const packed_file file = opened(here, mixed_writer());
    const packed_description& what = file.description();
    const mixed_matrix expected = some_mixed();
    REQUIRE(what.matrices.size() == 3);
    const described_matrix& m = what.matrices[0];
    CHECK(m.input == 0u);
    REQUIRE(m.parts.size() == 2);
    CHECK(m.parts[0].first_col == 0);
    CHECK(m.parts[0].last_col == 32);
    CHECK(m.parts[1].first_col == 32);
    CHECK(m.parts[1].cols() == 28);
    for (index_t i = 0; i < 2; ++i) {
        CHECK(m.parts[i].layout == expected.runs[i].part.layout);
        CHECK(same_bytes(file.bytes(m.parts[i]), expected.runs[i].part.bytes.bytes()));
        CHECK(file.codebook(m.parts[i]) == expected.runs[i].part.codebook);
    }
    REQUIRE(m.outliers);
    const sparse_f16_view outliers = file.outliers(m);
    CHECK(same_bytes(outliers.offsets, expected.outliers->view().offsets));
    CHECK(same_bytes(outliers.columns, expected.outliers->view().columns));
    CHECK(same_bytes(outliers.values, expected.outliers->view().values));
    CHECK(outliers.rows == 5);
    CHECK(outliers.cols == 71);
    CHECK_FALSE(what.matrices[1].outliers);
    CHECK(what.matrices[2].parts.empty());
    CHECK_FALSE(what.matrices[2].input);
    REQUIRE(what.inputs.size() == 1);
    const column_order order = some_order(71);
    CHECK(same_bytes(file.order(what.inputs[0]).sources, order.view().sources));
    CHECK(file.floats().size() == 1);
}

TEST_CASE("every list lies on a line of 64 bytes, padded with zeros, before all float tensors") {
    const scratch here;
    const packed_file file = opened(here, mixed_writer());
    index_t packed = 0;
    for (index_t i = 0; i < file.file().size(); ++i) {
        const tensor_view tensor = file.file().tensor(i);
        if (tensor.name == "norm") { continue; }
        CHECK(reinterpret_cast<std::uintptr_t>(tensor.data.data()) % 64 == 0);
        CHECK(tensor.data.size() % 64 == 0);
        ++packed;
    }
    CHECK(packed == file.file().size() - 1);
    CHECK(file.file().tensor(packed).name == "norm");
    const auto values = file.file().find("m.weight.values").value();
    CHECK(values.dtype == element_type::f16);
    CHECK(std::all_of(values.data.begin() + 8, values.data.end(),
                      [](std::byte b) { return b == std::byte{0}; }));
    CHECK(file.file().find("m.weight.row_offsets").value().dtype == element_type::u32);
    CHECK(file.file().find("m.weight.column_indexes").value().dtype == element_type::u16);
    CHECK(file.file().find("input.0").value().dtype == element_type::u16);
}

TEST_CASE("bits counted in memory, in the description and in the file are the same") {
    const scratch here;
    const packed_file file = opened(here, mixed_writer());
    const packed_description& what = file.description();
    const index_t mixed_bits = some_mixed().size_in_bits();
    CHECK(stored_bits(what, what.matrices[0]) == mixed_bits);
    CHECK(stored_bits(what, what.matrices[1]) ==
          some_part<packed_trits>(3, 71, {50}).size_in_bits());
    CHECK(stored_bits(what, what.matrices[2]) == 32 * 5 + 32);
    CHECK(stored_bits(what.inputs[0]) == some_order(71).size_in_bits());
    const described_matrix& m = what.matrices[0];
    index_t bytes = 2 * what.codebooks[0].levels;
    for (const described_part& part : m.parts) {
        bytes += file.bytes(part).size();
    }
    const sparse_f16_view outliers = file.outliers(m);
    bytes += outliers.offsets.size() + outliers.columns.size() + outliers.values.size();
    CHECK(8 * bytes == mixed_bits);
}

TEST_CASE("a permutation counts once for all matrices of the decoder that read it") {
    const auto report = [](const char* first, const char* second) {
        const scratch here;
        packed_writer writer;
        const index_t input = writer.add_input(some_order(71));
        writer.add_matrix(first, some_mixed(), input);
        writer.add_matrix(second, some_mixed(), input);
        return measure_size(opened(here, std::move(writer)), 1000);
    };
    const index_t bits = some_mixed().size_in_bits();
    const index_t order = some_order(71).size_in_bits();
    const auto both =
        report("model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.q_proj.weight");
    CHECK(both.decoder_bits == 2 * bits + order);
    CHECK(both.decoder_weights == 2 * 5 * 71);
    CHECK(report("model.layers.0.mlp.up_proj.weight", "x").decoder_bits == bits + order);
    CHECK(report("x", "y").decoder_bits == 0);
}

TEST_CASE("equal permutations are stored once, equal inputs give equal files") {
    packed_writer writer;
    CHECK(writer.add_input(some_order(71)) == 0);
    CHECK(writer.add_input(some_order(69)) == 1);
    CHECK(writer.add_input(some_order(71)) == 0);
    // The same bytes, once padded, of another width.
    CHECK(writer.add_input(column_order::of(std::vector<index_t>{0}).value()) == 2);
    CHECK(writer.add_input(column_order{}) == 3);
    const scratch here;
    packed_writer first = mixed_writer();
    packed_writer second = mixed_writer();
    REQUIRE(first.write(here / "1"));
    REQUIRE(second.write(here / "2"));
    CHECK(content_of(here / "1") == content_of(here / "2"));
}

TEST_CASE("matrices whose parts do not fit are not written") {
    const scratch here;
    const auto refused = [&](mixed_matrix m, std::optional<index_t> input,
                             std::initializer_list<std::string_view> words) {
        packed_writer writer;
        CHECK(writer.add_input(some_order(71)) == 0);
        writer.add_matrix("a", some_mixed(), 0);
        writer.add_matrix("b", std::move(m), input);
        writer.add_matrix("c", mixed_matrix{}, 7);
        return fails(writer.write(here / "m"), errc::invalid_argument, words);
    };
    mixed_matrix m = some_mixed();
    std::swap(m.runs[0], m.runs[1]);
    CHECK(refused(m, {}, {"'b'", "run 1", "[5, 32] at column 0"}));
    m = some_mixed();
    m.runs[1].first = 31;
    CHECK(refused(m, {}, {"'b'", "run 1", "at column 31"}));
    m.runs[1].first = 44;
    CHECK(refused(m, {}, {"'b'", "run 1", "inside [5, 71]"}));
    m = some_mixed();
    m.runs[0].part = some_part<packed_levels>(6, 32);
    CHECK(refused(m, {}, {"'b'", "run 0 of [6, 32]"}));
    m = some_mixed();
    m.outliers = sparse_f16::of(5, 70, {}).value();
    CHECK(refused(m, {}, {"'b'", "outliers"}));
    CHECK(refused(mixed_matrix{.rows = 3, .cols = 4, .runs = {}}, {}, {"'b'", "without parts"}));
    CHECK(refused(some_mixed(), 1, {"'b'", "input"}));
    CHECK(refused(mixed_of(some_part<packed_trits>(3, 70)), 0, {"'b'", "another width"}));
    CHECK(here.files() == 0);
}

TEST_CASE("a list of outliers may be empty") {
    const scratch here;
    mixed_matrix m = some_mixed();
    m.outliers = sparse_f16::of(5, 71, {}).value();
    packed_writer writer;
    writer.add_matrix("a", std::move(m));
    const packed_file file = opened(here, std::move(writer));
    CHECK(file.outliers(file.description().matrices[0]).count() == 0);
}
