// SPDX-License-Identifier: MIT
// The rules for runs of columns, outliers and permuted inputs, broken one at a time.
#include "packed_variant.hpp"

#include <gradus/io/packed_reader.hpp>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Whether the mixed file is refused once `from` is `to` in its description.
bool refused(std::string_view from,
             std::string_view to,
             std::initializer_list<std::string_view> words,
             errc code = errc::malformed) {
    packed_variant variant = packed_variant::mixed();
    return fails(variant.replace(from, to).open(), code, words);
}

/// The same once byte `at` of a tensor is `value`, checksums mended.
bool refused_byte(const std::string& name,
                  index_t at,
                  unsigned value,
                  std::initializer_list<std::string_view> words) {
    packed_variant variant = packed_variant::mixed();
    const packed_description what = variant.open().value().description();
    variant.find(name).data[at] = static_cast<std::byte>(value);
    const described_matrix& m = what.matrices[0];
    const auto bytes = [&](const std::string& list, index_t count) {
        return std::span<const std::byte>{variant.find(list).data}.first(count);
    };
    checksum sum;
    sum.add(bytes(m.outliers->row_offsets, 4 * 6));
    sum.add(bytes(m.outliers->column_indexes, 2 * 4));
    sum.add(bytes(m.outliers->values, 2 * 4));
    variant.replace(m.outliers->checksum, sum.text());
    variant.replace(what.inputs[0].checksum, checksum::of(bytes(what.inputs[0].permutation, 142)));
    return fails(variant.open(), errc::malformed, words);
}

}  // namespace

TEST_CASE("the mixed file is sound") {
    CHECK(packed_variant::mixed().open());
}

TEST_CASE("runs ascend, do not overlap, and stay inside their matrix") {
    CHECK(refused(R"("columns":[0,32])", R"("columns":[0,0])", {"'m.weight'", "[0, 0)"}));
    CHECK(refused(R"("columns":[0,32])", R"("columns":[5,4])", {"'m.weight'", "[5, 4)"}));
    CHECK(refused(R"("columns":[0,32])", R"("columns":[0,33])", {"[32, 60)", "[33, 71)"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":[31,60])", {"[31, 60)", "[32, 71)"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":[32,72])", {"[32, 72)"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":[32])", {"'columns'", "two numbers"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":[32,1099511627776])", {"outside"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":[-1,60])", {"whole number"}));
    CHECK(refused(R"("columns":[32,60])", R"("columns":"m.weight.values")", {"not a list"}));
}

TEST_CASE("entries of outliers: every key, of its kind, and no other") {
    const std::string_view all[] = {R"("count":4,)", R"("row_offsets":"m.weight.row_offsets",)",
                                    R"("column_indexes":"m.weight.column_indexes",)",
                                    R"("values":"m.weight.values",)"};
    for (const std::string_view key : all) {
        CHECK(refused(key, "", {"'m.weight'", "lacks"}));
        const std::string wrong = std::string{key.substr(0, key.find(':'))} + ":[7],";
        CHECK(refused(key, wrong, {"'m.weight'"}));
    }
    CHECK(refused(R"("count":4,)", R"("count":4,"bits":16,)", {"'m.weight'", "does not know"}));
    CHECK(refused(R"("count":4)", R"("count":-4)", {"whole number"}));
    CHECK(refused(R"("count":4)", R"("count":1099511627777)", {"whole number"}));
    CHECK(refused(R"("kind":"outliers")", R"("kind":"plain")", {"'m.weight'"}));
    CHECK(refused(R"("kind":"outliers")", R"("kind":"sparse")", {"'sparse'", "'outliers'"}));
    CHECK(refused(R"("kind":"outliers",)", "", {"'kind'"}));
    CHECK(refused(R"("kind":"outliers")", R"("kind":null)", {"'kind'"}));
}

TEST_CASE("outliers come once, and last") {
    packed_variant variant = packed_variant::mixed();
    const std::string& text = variant.text();
    const auto first = text.find(R"({"kind":"outliers")");
    const auto last = text.find('}', first) + 1;
    const std::string part = text.substr(first, last - first);
    CHECK(refused(part, part + "," + part, {"'m.weight'", "behind its outliers"}));
    const auto run = text.find(R"({"kind":"plain")");
    CHECK(refused(text.substr(run, 15), part + "," + text.substr(run, 15),
                  {"'m.weight'", "behind its outliers"}));
    CHECK(refused("," + part, "", {"m.weight.", "neither described"}));
    const auto alone = text.find(R"({"kind":"outliers")", last);
    CHECK(refused(text.substr(alone, text.find('}', alone) + 1 - alone), "",
                  {"'o.weight'", "no parts"}));
}

TEST_CASE("lists of outliers of another length, type or place") {
    CHECK(refused(R"("count":4)", R"("count":3)", {"m.weight", "checksum"}));
    CHECK(refused(R"("count":4)", R"("count":0)", {"m.weight.column_indexes", "rounded up"}));
    CHECK(refused(R"("count":4)", R"("count":33)", {"m.weight.column_indexes", "rounded up"}));
    CHECK(refused(R"("count":4)", R"("count":32)", {"checksum"}));
    CHECK(refused(R"("count":4)", R"("count":1099511627776)", {"m.weight.column_indexes"}));
    CHECK(refused(R"("values":"m.weight.values")", R"("values":"m.weight.row_offsets")",
                  {"m.weight.row_offsets", "twice"}));
    CHECK(refused(R"("values":"m.weight.values")", R"("values":"o.weight.values")",
                  {"or the lists before it", "checksum"}));
    CHECK(refused(R"("values":"m.weight.values")", R"("values":"norm")", {"norm", "F16"}));
    CHECK(refused(R"("column_indexes":"m.weight.column_indexes")", R"("column_indexes":"input.0")",
                  {"input.0", "twice"}));
    CHECK(refused(R"("row_offsets":"m.weight.row_offsets")", R"("row_offsets":"input.0")",
                  {"input.0", "twice"}));
    CHECK(refused(R"("row_offsets":"m.weight.row_offsets")", R"("row_offsets":"m.weight.part0")",
                  {"m.weight.part0", "twice"}));
    CHECK(refused(R"("row_offsets":"m.weight.row_offsets")", R"("row_offsets":"none")", {"none"},
                  errc::not_found));
    for (const char* name :
         {"m.weight.row_offsets", "m.weight.column_indexes", "m.weight.values", "input.0"}) {
        packed_variant variant = packed_variant::mixed();
        variant.find(name).type = element_type::i16;
        variant.find(name).shape = {variant.find(name).data.size() / 2};
        CHECK(fails(variant.open(), errc::malformed, {name, "is not of type"}));
    }
}

TEST_CASE("damage to any byte of outliers and permutations is found") {
    packed_variant variant = packed_variant::mixed();
    const std::pair<const char*, index_t> used[] = {{"m.weight.row_offsets", 24},
                                                    {"m.weight.column_indexes", 8},
                                                    {"m.weight.values", 8},
                                                    {"input.0", 142}};
    for (const auto& [name, bytes] : used) {
        auto& data = variant.find(name).data;
        for (index_t i = 0; i < bytes; ++i) {
            data[i] ^= std::byte{4};
            CHECK(fails(variant.open(), errc::malformed, {"checksum", "Damaged?"}));
            data[i] ^= std::byte{4};
        }
    }
    CHECK(variant.open());
}

TEST_CASE("outliers that break a rule of their own, under the right checksum") {
    CHECK(refused_byte("m.weight.row_offsets", 0, 1, {"m.weight.row_offsets", "from 0"}));
    CHECK(refused_byte("m.weight.row_offsets", 20, 3, {"m.weight.row_offsets", "count, 4"}));
    CHECK(refused_byte("m.weight.row_offsets", 8, 1, {"descend at row 1"}));
    CHECK(refused_byte("m.weight.row_offsets", 11, 255, {"descend at row 1"}));
    CHECK(refused_byte("m.weight.column_indexes", 0, 70, {"do not ascend", "row 0"}));
    CHECK(refused_byte("m.weight.column_indexes", 2, 71, {"below its width", "row 0"}));
    CHECK(refused_byte("m.weight.column_indexes", 7, 1, {"below its width", "row 4"}));
    CHECK(refused_byte("m.weight.values", 5, 0x7c, {"not finite", "row 2"}));
}

TEST_CASE("inputs: every key, of its kind, and no other") {
    CHECK(refused(R"("width":71,)", "", {"input", "lacks"}));
    CHECK(refused(R"("permutation":"input.0",)", "", {"input", "lacks"}));
    CHECK(refused(R"("scale":null,)", "", {"input", "lacks"}));
    CHECK(refused(R"(,"rotation":null)", "", {"input", "lacks"}));
    CHECK(refused(R"("scale":null)", R"("scale":"norm")", {"'scale'", "cannot apply"}));
    CHECK(refused(R"("rotation":null)", R"("rotation":"hadamard")", {"'rotation'"}));
    CHECK(refused(R"("width":71,)", R"("width":71,"bias":0,)", {"input", "does not know"}));
    CHECK(refused(R"("permutation":"input.0")", R"("permutation":null)", {"'permutation'"}));
    CHECK(refused(R"("permutation":"input.0")", R"("permutation":"norm")", {"norm", "U16"}));
    CHECK(refused(R"("permutation":"input.0")", R"("permutation":"none")", {"none"},
                  errc::not_found));
    CHECK(refused(R"("inputs":[)", R"("inputs":[7,)", {"input", "object"}));
    CHECK(refused(R"("inputs":[)", R"("inputs":7,"x":[)", {"description"}));
}

TEST_CASE("matrices read inputs that are there, of their width") {
    CHECK(refused(R"("input":0)", R"("input":1)", {"'m.weight'", "'input'", "not listed"}));
    CHECK(refused(R"("input":0)", R"("input":-1)", {"'m.weight'", "whole number"}));
    CHECK(refused(R"("input":0)", R"("input":"input.0")", {"'m.weight'", "whole number"}));
    CHECK(refused(R"("width":71)", R"("width":70)", {"'m.weight'", "width 70"}));
    CHECK(refused(R"("input":null)", R"("input":0)", {"'o.weight'", "width 71"}));
    packed_variant unread = packed_variant::mixed();
    unread.replace(R"("input":0)", R"("input":null)").replace(R"("input":0)", R"("input":null)");
    CHECK(unread.open());
    unread.replace(R"("width":71)", R"("width":0)");
    CHECK(fails(unread.open(), errc::malformed, {"input.0", "rounded up"}));
    packed_variant wider = packed_variant::mixed();
    wider.replace(R"("input":0)", R"("input":null)").replace(R"("input":0)", R"("input":null)");
    wider.replace(R"("width":71)", R"("width":70000)");
    CHECK(fails(wider.open(), errc::malformed, {"input.0", "U32"}));
}

TEST_CASE("permutations that are none, under the right checksum") {
    CHECK(refused_byte("input.0", 2, 0, {"input.0", "every column once", "position 1"}));
    CHECK(refused_byte("input.0", 0, 71, {"input.0", "position 0"}));
    CHECK(refused_byte("input.0", 1, 1, {"input.0", "position 0"}));
}
