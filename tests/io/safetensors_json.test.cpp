// SPDX-License-Identifier: MIT
// The grammar of the header: one case a rule.
#include "scratch.hpp"

#include <gradus/io/safetensors_json.hpp>

namespace {

using gradus::errc;
using gradus::safetensors_json;
using namespace gradus::test;

gradus::result<safetensors_json> read(const std::string& text) {
    safetensors_json json;
    if (const auto status = gradus::read_json(text, "f", json); !status) { return status.error(); }
    return json;
}

/// A header with the entry "t", which has this body.
gradus::result<safetensors_json> read_entry(const std::string& body) {
    return read(R"({"t":{)" + body + "}}");
}

bool refuses(const std::string& body, std::initializer_list<std::string_view> words) {
    return fails(read_entry(body), errc::malformed, {"f:", "'t'"}) &&
           fails(read_entry(body), errc::malformed, words);
}

}  // namespace

TEST_CASE("declarations keep the order of the text, and fields come in any order") {
    const auto json = read(R"({"b":{"shape":[2,3],"data_offsets":[0,24],"dtype":"F32"},
                               "__metadata__":{"k":"v","":"\u00e9"},
                               "a":{"dtype":"?","shape":[],"data_offsets":[7,18446744073709551615]}})");
    REQUIRE(json);
    const auto& entries = json.value().declarations;
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].name == "b");
    CHECK(entries[0].shape == std::vector<gradus::index_t>{2, 3});
    CHECK(entries[0].offsets == std::vector<gradus::index_t>{0, 24});
    CHECK(entries[1].name == "a");
    CHECK(entries[1].shape.empty());
    CHECK(entries[1].offsets[1] == ~gradus::index_t{0});
    CHECK(json.value().metadata == gradus::string_map{{"k", "v"}, {"", "\xc3\xa9"}});
    CHECK(read("{}"));
}

TEST_CASE("each field must be there once, and no other") {
    CHECK(refuses(R"("shape":[],"data_offsets":[0,1])", {"lacks dtype"}));
    CHECK(refuses(R"("dtype":"U8","data_offsets":[0,1])", {"lacks shape"}));
    CHECK(refuses(R"("dtype":"U8","shape":[])", {"lacks data_offsets"}));
    CHECK(refuses("", {"lacks dtype, shape, data_offsets"}));
    CHECK(refuses(R"("dtype":"U8","dtype":"U8")", {"'dtype' twice"}));
    CHECK(refuses(R"("shape":[],"shape":[])", {"'shape' twice"}));
    CHECK(refuses(R"("strides":[1])", {"unknown field 'strides'"}));
}

TEST_CASE("shape and offsets hold non-negative integers only") {
    for (const char* number : {"-1", "-0", "1.5", "1e3", "2.0", "18446744073709551616", "true",
                               "null", "\"1\"", "[1]", "{}"}) {
        CHECK(refuses(R"("shape":[)" + std::string{number} + "]", {"shape holds something else"}));
        CHECK(refuses(R"("data_offsets":[0,)" + std::string{number} + "]",
                      {"data_offsets holds something else"}));
    }
    for (const char* value : {"1", "\"[1]\"", "{}", "null", "false"}) {
        CHECK(refuses(R"("shape":)" + std::string{value}, {"not an array"}));
        CHECK(refuses(R"("data_offsets":)" + std::string{value}, {"not an array"}));
    }
}

TEST_CASE("the other types are fixed, too") {
    for (const char* value : {"32", "[\"F32\"]", "null", "{}"}) {
        CHECK(refuses(R"("dtype":)" + std::string{value}, {"dtype is not a string"}));
    }
    CHECK(refuses(R"("data_offsets":[0])", {"1 numbers (expected two)"}));
    CHECK(refuses(R"("data_offsets":[])", {"0 numbers"}));
    CHECK(refuses(R"("data_offsets":[0,1,2])", {"more than two"}));
    CHECK(read_entry(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1],"data_offsets":[0,1])"));
    CHECK(fails(read_entry(R"("shape":[1,1,1,1,1,1,1,1,1])"), errc::unsupported, {"8 extents"}));
}

TEST_CASE("metadata maps strings to strings, once each") {
    for (const char* value : {"1", "null", "true", "[]", "{}", "{\"a\":{}}", "-1", "0.5"}) {
        CHECK(fails(read(R"({"__metadata__":{"k":)" + std::string{value} + "}}"), errc::malformed,
                    {"'k'", "not a string"}));
    }
    CHECK(fails(read(R"({"__metadata__":{"k":"a","k":"b"}})"), errc::malformed, {"'k' twice"}));
    CHECK(fails(read(R"({"__metadata__":{},"__metadata__":{}})"), errc::malformed, {"twice"}));
    CHECK(fails(read(R"({"__metadata__":"x"})"), errc::malformed, {"not a JSON object"}));
}

TEST_CASE("the header is an object of objects") {
    for (const char* text : {"[]", "1", "null", "\"x\"", "-1", "1.5", "true"}) {
        CHECK(fails(read(text), errc::malformed, {"header is not a JSON object"}));
    }
    for (const char* value : {"1", "[]", "null", "\"x\"", "[{}]"}) {
        CHECK(
            fails(read(R"({"t":)" + std::string{value} + "}"), errc::malformed, {"'t'", "object"}));
    }
    for (const char* text : {"", "{", "{\"t\"", "{\"t\":{}", "{}x", "{},{}", "{\"a\":\"\xff\"}"}) {
        CHECK(fails(read(text), errc::malformed, {"f:"}));
    }
    CHECK(fails(read(std::string("{}\0", 3)), errc::malformed, {"NUL"}));
}

TEST_CASE("depth is refused where the grammar ends, before it costs anything") {
    const std::string open(1'000'000, '[');
    CHECK(fails(read_entry(R"("shape":)" + open), errc::malformed, {"'t'", "an array"}));
    CHECK(fails(read(open), errc::malformed, {"an array"}));
    std::string nested = "{";
    for (int i = 0; i < 100'000; ++i) {
        nested += R"("a":{)";
    }
    CHECK(fails(read(nested), errc::malformed, {"unknown field 'a'"}));
}
