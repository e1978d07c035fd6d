// SPDX-License-Identifier: MIT
// Checkpoints in one file or many; index and shards must agree exactly.
#include "scratch.hpp"

#include <gradus/io/safetensors_directory.hpp>

namespace {

using gradus::errc;
using gradus::safetensors_source;
using namespace gradus::test;

/// A file of one-byte tensors with these names, whose bytes are 0, 1, ...
std::string bytes_named(std::initializer_list<const char*> names) {
    std::string json = "{";
    gradus::index_t offset = 0;
    for (const char* name : names) {
        json += (offset == 0 ? "\"" : ",\"") + std::string{name} +
                R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" + std::to_string(offset) + "," +
                std::to_string(offset + 1) + "]}";
        ++offset;
    }
    return safetensors_text(json + "}", offset);
}

constexpr const char* index_name = "model.safetensors.index.json";
constexpr const char* index_text = R"({"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors",)"
                                   R"("c":"m-2.safetensors"}})";

bool refused(const scratch& here, std::initializer_list<std::string_view> words) {
    return fails(safetensors_source::open(here.path()), errc::malformed, words);
}

}  // namespace

TEST_CASE("a checkpoint of one file, by its directory or its name") {
    const scratch here;
    const std::string file = here.put("model.safetensors", bytes_named({"y", "x"}));
    for (const std::string& path : {here.path(), here.path() + "/", file}) {
        const auto source = safetensors_source::open(path);
        REQUIRE(source);
        CHECK(source.value().path() == path);
        CHECK(source.value().size() == 2);
        CHECK(source.value().shards().size() == 1);
        CHECK(source.value().tensor(0).name == "y");
        CHECK(source.value().find("x").value().data[0] == std::byte{1});
        CHECK(fails(source.value().find("z"), errc::not_found, {path, "'z'"}));
    }
}

TEST_CASE("a sharded checkpoint reads as one, by shard and offset") {
    const scratch here;
    here.put(index_name, index_text);
    here.put("m-2.safetensors", bytes_named({"c", "a"}));
    here.put("m-1.safetensors", bytes_named({"b"}));
    here.put("unrelated.safetensors", "not read");
    const auto source = safetensors_source::open(here.path());
    REQUIRE(source);
    const safetensors_source& s = source.value();
    REQUIRE(s.size() == 3);
    CHECK(s.tensor(0).name == "b");
    CHECK(s.tensor(1).name == "c");
    CHECK(s.tensor(2).name == "a");
    CHECK(s.tensor(2).file == here.path() + "/m-2.safetensors");
    CHECK(s.find("a").value().data[0] == std::byte{1});
    CHECK(s.contains("b"));
    CHECK_FALSE(s.contains("d"));
}

TEST_CASE("a missing or damaged shard is an error that names it and the index") {
    const scratch here;
    here.put(index_name, index_text);
    here.put("m-1.safetensors", bytes_named({"b"}));
    CHECK(fails(safetensors_source::open(here.path()), errc::not_found,
                {index_name, "'m-2.safetensors'", "No such file"}));
    here.put("m-2.safetensors", "x");
    CHECK(refused(here, {index_name, "'m-2.safetensors'", "8-byte"}));
}

TEST_CASE("index and shards must name the same tensors") {
    const scratch here;
    here.put(index_name, index_text);
    here.put("m-1.safetensors", bytes_named({"b"}));
    here.put("m-2.safetensors", bytes_named({"a"}));
    CHECK(refused(here, {index_name, "'c'", "missing from shard 'm-2.safetensors'"}));
    here.put("m-2.safetensors", bytes_named({"a", "c", "d"}));
    CHECK(refused(here, {index_name, "'d'", "'m-2.safetensors'", "does not name it"}));
    here.put("m-2.safetensors", bytes_named({"a", "c", "b"}));
    CHECK(refused(here, {index_name, "'b'", "twice", "'m-1.safetensors'", "'m-2.safetensors'"}));
    here.put("m-1.safetensors", bytes_named({"c"}));
    here.put("m-2.safetensors", bytes_named({"a", "b"}));
    CHECK(refused(here, {index_name, "'b'", "missing from shard 'm-1.safetensors'"}));
}

TEST_CASE("a directory without a checkpoint, or with two, is refused") {
    const scratch here;
    CHECK(fails(safetensors_source::open(here.path()), errc::not_found, {here.path(), "neither"}));
    here.put("model.safetensors", bytes_named({"a"}));
    here.put(index_name, index_text);
    CHECK(refused(here, {here.path(), "both", "ambiguous"}));
    CHECK(fails(safetensors_source::open(here / "none"), errc::not_found, {"none"}));
}

TEST_CASE("a bad index is refused") {
    const scratch here;
    here.put(index_name, R"({"weight_map":{"a":"../m.safetensors"}})");
    CHECK(refused(here, {index_name, "plain"}));
    here.put(index_name, "{");
    CHECK(refused(here, {index_name, "JSON"}));
}
