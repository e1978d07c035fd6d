// SPDX-License-Identifier: MIT
// Every rule of the description of a packed model, broken one at a time.
#include "packed_variant.hpp"

#include <gradus/io/packed_reader.hpp>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Whether the small file is refused once `from` is `to` in its description.
bool refused(std::string_view from,
             std::string_view to,
             std::initializer_list<std::string_view> words) {
    packed_variant variant = packed_variant::small();
    return fails(variant.replace(from, to).open(), errc::malformed, words);
}

/// The same for a description as a whole.
bool refused_text(const std::string& text, std::initializer_list<std::string_view> words) {
    packed_variant variant = packed_variant::small();
    variant.text() = text;
    return fails(variant.open(), errc::malformed, words);
}

}  // namespace

TEST_CASE("the small file is sound, and keys may come in any order") {
    CHECK(packed_variant::small().open());
    packed_variant variant = packed_variant::small();
    variant.replace(R"("must_understand":[],)", "");
    variant.text().back() = ',';
    variant.text() += R"( "must_understand": [ ] })";
    CHECK(variant.open());
}

TEST_CASE("format versions and missing metadata") {
    packed_variant variant = packed_variant::small();
    variant.metadata["gradus.format"] = "2";
    CHECK(fails(variant.open(), errc::unsupported, {"version '2'", "'1'"}));
    variant.metadata["gradus.format"] = "";
    CHECK(fails(variant.open(), errc::unsupported, {"version"}));
    variant.metadata.erase("gradus.format");
    CHECK(fails(variant.open(), errc::unsupported, {"no packed model"}));
    variant = packed_variant::small();
    variant.metadata.erase("gradus.packed");
    CHECK(fails(variant.open(), errc::unsupported, {"no packed model"}));
    variant = packed_variant::small();
    variant.metadata["somebody"] = "else";
    CHECK(variant.open());
}

TEST_CASE("features that must be understood") {
    CHECK(refused(R"("must_understand":[])", R"("must_understand":["sparse"])",
                  {"'sparse'", "later version"}));
    CHECK(refused(R"("must_understand":[])", R"("must_understand":[7])", {"feature"}));
    CHECK(refused(R"("must_understand":[])", R"("must_understand":{})", {"must_understand"}));
    CHECK(refused(R"("must_understand":[])", R"("must_understand":null)", {"must_understand"}));
}

TEST_CASE("unknown keys") {
    CHECK(refused(R"("source":)", R"("origin":1,"source":)", {"does not know"}));
    CHECK(refused(R"("levels":)", R"("scale":1,"levels":)", {"codebook", "does not know"}));
    CHECK(refused(R"("shape":)", R"("rotation":null,"shape":)", {"matrix", "does not know"}));
    CHECK(refused(R"("kind":)", R"("sign":1,"kind":)", {"'a.weight'", "does not know"}));
}

TEST_CASE("missing keys") {
    CHECK(refused(R"("inputs":[],)", "", {"lacks"}));
    CHECK(refused(R"("must_understand":[],)", "", {"lacks"}));
    CHECK(refused(R"(,"levels":8)", "", {"codebook", "lacks"}));
    CHECK(refused(R"("input":null,)", "", {"matrix", "lacks"}));
    CHECK(refused(R"("expert":null,)", "", {"lacks"}));
    CHECK(refused(R"("row_offsets":null,)", "", {"'a.weight'", "lacks"}));
    CHECK(refused(R"("tile":[32,4],)", "", {"lacks"}));
    CHECK(refused(R"("bytes":)", R"("octets":)", {"lacks"}));
}

TEST_CASE("what this version cannot apply") {
    CHECK(refused(R"("expert":null)", R"("expert":0)", {"'expert'"}));
    CHECK(refused(R"("alias":null)", R"("alias":"b.weight")", {"'alias'"}));
    CHECK(refused(R"("row_offsets":null)", R"("row_offsets":"norm")", {"'row_offsets'"}));
    CHECK(refused(R"("kind":"plain")", R"("kind":"residual")", {"'residual'", "'plain'"}));
    CHECK(refused(R"("tile":[32,4])", R"("tile":[1,4])", {"32 x 4"}));
    CHECK(refused(R"("tile":[32,4])", R"("tile":[32,8])", {"32 x 4"}));
}

TEST_CASE("a matrix has parts, and each is one") {
    packed_variant variant = packed_variant::small();
    const std::string& text = variant.text();
    const auto first = text.find(R"({"kind")");
    const auto last = text.find('}', first) + 1;
    const std::string part = text.substr(first, last - first);
    CHECK(refused(part, part + "," + part, {"'a.weight'", "run of columns"}));
    CHECK(refused(part, "", {"no parts"}));
    CHECK(refused(part, "7", {"'a.weight'"}));
    CHECK(refused(part, "null", {"'a.weight'"}));
}

TEST_CASE("values of another kind") {
    CHECK(refused(R"("source":")", R"("source":7,"x":")", {"description"}));
    CHECK(refused(R"("codebooks":[)", R"("codebooks":3,"x":[)", {"description"}));
    CHECK(refused(R"("name":"a.weight")", R"("name":7)", {"'name'"}));
    CHECK(refused(R"("name":"a.weight")", R"("name":"")", {"'name'"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":5)", {"'shape'"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[5])", {"'shape'"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[5,40,1])", {"'shape'"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":["5",40])", {"whole number"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[5.0,40])", {"whole number"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[-5,40])", {"whole number"}));
    CHECK(refused(R"("layout":"adaptive)", R"("layout":7,"x":"adaptive)", {"'a.weight'"}));
    CHECK(refused(R"("layout":"adaptive_quantile3_g32_f16")", R"("layout":null)", {"'layout'"}));
    CHECK(refused(R"("levels":8)", R"("levels":"8")", {"codebook", "levels"}));
    CHECK(refused_text("[]", {"object"}));
    CHECK(refused_text("", {"JSON"}));
    CHECK(refused_text("{", {"JSON"}));
    CHECK(refused_text("{}", {"lacks"}));
    CHECK(refused(R"("matrices":[)", R"("matrices":[7,)", {"matrix"}));
    CHECK(refused(R"("codebooks":[)", R"("codebooks":[[],)", {"codebook"}));
}

TEST_CASE("keys twice") {
    CHECK(refused(R"("source":)", R"("source":"x","source":)", {"'source'", "twice"}));
    CHECK(refused(R"("expert":null)", R"("expert":null,"expert":null)", {"'expert'", "twice"}));
}

TEST_CASE("deep nesting") {
    CHECK(refused(R"("must_understand":[])",
                  R"("must_understand":)" + std::string(17, '[') + std::string(17, ']'),
                  {"deeper than 16"}));
    CHECK(refused_text(std::string(1'000'000, '['), {"deeper"}));
    CHECK(refused_text(R"({"source":)" + std::string(1'000'000, '{'), {"JSON"}));
}

TEST_CASE("shapes that cannot be") {
    CHECK(refused(R"("shape":[5,40])", R"("shape":[0,40])", {"impossible shape"}));
    CHECK(refused(R"("shape":[5,40],)", R"("shape":[5,0],)", {"'a.weight'"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[1099511627776,40])", {"impossible shape"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[1099511627777,40])", {"whole number"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[18446744073709551615,40])", {"number"}));
    CHECK(refused(R"("shape":[5,40])", R"("shape":[18446744073709551616,40])", {"number"}));
}

TEST_CASE("codebooks that are not there, or of no size") {
    CHECK(
        refused(R"("codebook":0)", R"("codebook":1)", {"'a.weight'", "'codebook'", "not listed"}));
    CHECK(refused(R"("codebook":0)", R"("codebook":-1)", {"whole number"}));
    CHECK(refused(R"("codebook":0)", R"("codebook":"0")", {"whole number"}));
    CHECK(refused(R"("codebook":0)", R"("codebook":18446744073709551615)", {"whole number"}));
    CHECK(refused(R"("levels":8)", R"("levels":1)", {"1 levels"}));
    CHECK(refused(R"("levels":8)", R"("levels":257)", {"257 levels"}));
    CHECK(refused(R"("levels":8)", R"("levels":33)", {"codebook.0", "64 bytes"}));
}

TEST_CASE("sizes and checksums") {
    packed_variant variant = packed_variant::small();
    const auto tensor_bytes = variant.find("a.weight.part0").data.size();
    const auto at = variant.text().find(R"("bytes":)") + 8;
    const auto end = variant.text().find(',', at);
    const std::string bytes = R"("bytes":)" + variant.text().substr(at, end - at);
    const auto of_size = [](auto n) { return R"("bytes":)" + std::to_string(n); };
    CHECK(refused(bytes, of_size(tensor_bytes + 1), {"a.weight.part0", "rounded up to 64"}));
    CHECK(refused(bytes, of_size(tensor_bytes - 64), {"a.weight.part0", "rounded up"}));
    CHECK(refused(bytes, of_size(tensor_bytes), {"a.weight.part0", "checksum"}));
    CHECK(refused(bytes, of_size(0), {"a.weight.part0"}));
    CHECK(refused(bytes, of_size(1ull << 40), {"a.weight.part0"}));
    CHECK(refused(bytes, of_size(~0ull), {"whole number"}));
    CHECK(refused(R"("checksum":"fnv1a64:)", R"("checksum":"fnv1a64:0)", {"checksum"}));
    CHECK(refused(R"("checksum":"fnv1a64:)", R"("checksum":"md5:)", {"checksum"}));
}

TEST_CASE("tensors that are missing, shared or of another type") {
    CHECK(fails(packed_variant::small()
                    .replace(R"("tensor":"a.weight.part0")", R"("tensor":"a.weight.part1")")
                    .open(),
                errc::not_found, {"a.weight.part1"}));
    CHECK(refused(R"("tensor":"a.weight.part0")", R"("tensor":"b.weight.part0")", {"b.weight"}));
    CHECK(refused(R"("tensor":"a.weight.part0")", R"("tensor":"codebook.0")",
                  {"codebook.0", "twice"}));
    CHECK(refused(R"("tensor":"a.weight.part0")", R"("tensor":"norm")", {"norm", "U8"}));
    CHECK(refused(R"("tensor":"codebook.0")", R"("tensor":"norm")", {"norm", "F16"}));

    packed_variant variant = packed_variant::small();
    variant.tensors.push_back({"stray", element_type::u8, {64}, std::vector<std::byte>(64)});
    CHECK(fails(variant.open(), errc::malformed, {"stray", "neither described"}));
    variant = packed_variant::small();
    auto& part = variant.find("b.weight.part0");
    part.data.resize(part.data.size() + 64);
    part.shape = {part.data.size()};
    CHECK(fails(variant.open(), errc::malformed, {"b.weight.part0", "rounded up to 64"}));
}

TEST_CASE("a name belongs to one matrix or one float tensor") {
    CHECK(refused(R"("name":"a.weight")", R"("name":"b.weight")", {"b.weight", "twice"}));
    CHECK(refused(R"("name":"a.weight")", R"("name":"norm")", {"norm", "twice"}));
}
