// SPDX-License-Identifier: MIT
// The index of shards: names of tensors to plain file names.
#include "scratch.hpp"

#include <gradus/io/safetensors_index.hpp>

using gradus::errc;
using gradus::parse_safetensors_index;
using namespace gradus::test;

namespace {

auto index_with(const std::string& shard) {
    return parse_safetensors_index(R"({"weight_map":{"t":)" + shard + "}}", "i");
}

}  // namespace

TEST_CASE("a weight map is read") {
    const auto map = parse_safetensors_index(
        R"({"metadata":{"total_size":12,"x":{"y":[]}},
            "weight_map":{"b":"m-2.safetensors","a":"m-1.safetensors"}})",
        "i");
    REQUIRE(map);
    CHECK(map.value() == gradus::string_map{{"a", "m-1.safetensors"}, {"b", "m-2.safetensors"}});
}

TEST_CASE("a shard is a plain file name") {
    for (const char* name : {"../m.safetensors", "/m.safetensors", "a/m.safetensors",
                             "a\\\\m.safetensors", "..", ".", "", ".safetensors", "m.bin",
                             "m.safetensors\\u0000", "m\\n.safetensors", "m\\u0000.safetensors"}) {
        CHECK(fails(index_with("\"" + std::string{name} + "\""), errc::malformed,
                    {"i:", "'t'", "plain"}));
    }
    CHECK(index_with(R"("m..1.safetensors")"));
}

TEST_CASE("a map of other shape is refused") {
    for (const char* value : {"1", "null", "[]", "{}", "[\"m.safetensors\"]"}) {
        CHECK(fails(index_with(value), errc::malformed, {"i:", "'t'", "not a string"}));
    }
    for (const char* text : {"{}", R"({"weight_map":{}})", R"({"weight_map":[]})",
                             R"({"weight_map":"m.safetensors"})", R"({"weight_map":null})"}) {
        CHECK(fails(parse_safetensors_index(text, "i"), errc::malformed, {"i:", "weight_map"}));
    }
    CHECK(fails(
        parse_safetensors_index(R"({"weight_map":{"t":"a.safetensors","t":"b.safetensors"}})", "i"),
        errc::malformed, {"'t'", "twice"}));
    CHECK(fails(parse_safetensors_index("[]", "i"), errc::malformed, {"object"}));
}
