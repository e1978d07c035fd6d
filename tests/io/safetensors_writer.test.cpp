// SPDX-License-Identifier: MIT
// What is written reads back, byte for byte the same every time.
#include "scratch.hpp"

#include <gradus/io/safetensors_reader.hpp>
#include <gradus/io/safetensors_writer.hpp>

#include <algorithm>

namespace {

using gradus::element_type;
using gradus::errc;
using gradus::index_t;
using gradus::safetensors_file;
using gradus::safetensors_writer;
using namespace gradus::test;

/// Bytes i * factor.
std::vector<std::byte> pattern(index_t count, index_t factor) {
    std::vector<std::byte> bytes(count);
    for (index_t i = 0; i < count; ++i) {
        bytes[i] = static_cast<std::byte>(i * factor & 0xff);
    }
    return bytes;
}

/// Adds everything of `file`, in its order, to a writer.
safetensors_writer rewriter_of(const safetensors_file& file) {
    safetensors_writer writer;
    for (const auto& [key, value] : file.metadata()) {
        REQUIRE(writer.add_metadata(key, value));
    }
    for (index_t i = 0; i < file.size(); ++i) {
        const auto t = file.tensor(i);
        REQUIRE(writer.add_tensor(std::string{t.name}, t.dtype, {t.shape.begin(), t.shape.end()},
                                  t.data));
    }
    return writer;
}

}  // namespace

TEST_CASE("what is written reads back in the same order") {
    const scratch here;
    const auto a = pattern(24, 1);
    const auto b = pattern(5, 7);
    safetensors_writer writer;
    REQUIRE(writer.add_tensor("z/\"quoted\"\n\xc3\xa9", element_type::f32, {2, 3}, a));
    REQUIRE(writer.add_tensor("a", element_type::u8, {5}, b));
    REQUIRE(writer.add_tensor("empty", element_type::bf16, {0, 4}, {}));
    REQUIRE(writer.add_tensor("scalar", element_type::i64, {}, std::span{a}.first(8)));
    REQUIRE(writer.add_metadata("z", std::string("nul\0", 4)));
    REQUIRE(writer.add_metadata("a", "first"));
    const auto written = writer.write(here / "m");
    REQUIRE(written);
    CHECK(written.value() == std::filesystem::file_size(here / "m"));
    CHECK(here.files() == 1);

    const auto file = safetensors_file::open(here / "m");
    REQUIRE(file);
    const auto& f = file.value();
    REQUIRE(f.size() == 4);
    CHECK(f.tensor(0).name == "z/\"quoted\"\n\xc3\xa9");
    CHECK(f.tensors()[0].shape == std::vector<index_t>{2, 3});
    CHECK(std::equal(a.begin(), a.end(), f.tensor(0).data.begin()));
    CHECK(f.tensor(1).name == "a");
    CHECK(std::equal(b.begin(), b.end(), f.tensor(1).data.begin()));
    CHECK(f.tensor(2).name == "empty");
    CHECK(f.tensor(3).dtype == element_type::i64);
    CHECK(f.metadata() == gradus::string_map{{"a", "first"}, {"z", std::string("nul\0", 4)}});
}

TEST_CASE("the bytes are the format's, by hand") {
    const scratch here;
    const std::vector<std::byte> data{std::byte{'A'}, std::byte{'B'}};
    safetensors_writer writer;
    REQUIRE(writer.add_metadata("k", "v"));
    REQUIRE(writer.add_tensor("t", element_type::u8, {1, 2}, data));
    REQUIRE(writer.write(here / "m"));
    std::string header = R"({"__metadata__":{"k":"v"},"t":{"dtype":"U8","shape":[1,2],)"
                         R"("data_offsets":[0,2]}})";
    header.resize(128 - 8, ' ');
    CHECK(content_of(here / "m") == little_endian(120, 8) + header + "AB");
    CHECK(content_of(here / "m").substr(0, 128) == writer.header());
}

TEST_CASE("the data starts at a multiple of 64 for every length of the header") {
    for (index_t length = 1; length <= 130; ++length) {
        safetensors_writer writer;
        REQUIRE(writer.add_tensor(std::string(length, 'n'), element_type::u8, {0}, {}));
        CHECK(writer.header().size() % 64 == 0);
    }
    CHECK(safetensors_writer{}.header() == little_endian(56, 8) + "{}" + std::string(54, ' '));
}

TEST_CASE("writing again, or what was read, gives the same bytes") {
    const scratch here;
    const auto data = pattern(100, 3);
    safetensors_writer writer;
    REQUIRE(writer.add_tensor("b", element_type::u8, {100}, data));
    REQUIRE(writer.add_tensor("none", element_type::f32, {0}, {}));
    REQUIRE(writer.add_tensor("a", element_type::bf16, {5, 10}, data));
    REQUIRE(writer.add_metadata("x", "1"));
    REQUIRE(writer.add_metadata("m", "2"));
    REQUIRE(writer.write(here / "one"));
    REQUIRE(writer.write(here / "two"));
    CHECK(content_of(here / "one") == content_of(here / "two"));
    const auto file = safetensors_file::open(here / "one");
    REQUIRE(file);
    REQUIRE(rewriter_of(file.value()).write(here / "three"));
    CHECK(content_of(here / "three") == content_of(here / "one"));
    REQUIRE(rewriter_of(file.value()).write(here / "one"));  // over the file that is being read
    CHECK(content_of(here / "one") == content_of(here / "two"));
}

TEST_CASE("whole lines are asked for, and then every tensor starts at one") {
    const auto data = pattern(192, 1);
    safetensors_writer writer{safetensors_writer::alignment::whole_lines};
    CHECK(writer.add_tensor("a", element_type::u8, {64}, std::span{data}.first(64)));
    CHECK(writer.add_tensor("b", element_type::u8, {192}, data));
    CHECK(fails(writer.add_tensor("c", element_type::u8, {65}, std::span{data}.first(65)),
                errc::invalid_argument, {"'c'", "65", "multiple of 64"}));
    safetensors_writer loose;
    CHECK(loose.add_tensor("c", element_type::u8, {65}, std::span{data}.first(65)));
}

TEST_CASE("what the format cannot hold is refused when it is added") {
    const auto data = pattern(16, 1);
    safetensors_writer writer;
    const auto add = [&](std::string name, std::vector<index_t> shape) {
        return writer.add_tensor(std::move(name), element_type::u8, std::move(shape), data);
    };
    CHECK(add("t", {16}));
    CHECK(fails(add("t", {16}), errc::invalid_argument, {"'t'", "twice"}));
    CHECK(fails(add("u", {15}), errc::invalid_argument, {"'u'", "16 bytes", "[15] of U8"}));
    CHECK(fails(add("u", {~index_t{0}, 16}), errc::invalid_argument, {"'u'"}));
    CHECK(fails(add("__metadata__", {16}), errc::invalid_argument, {"reserves"}));
    CHECK(fails(add("\xff", {16}), errc::invalid_argument, {"UTF-8"}));
    CHECK(fails(add("u", {1, 1, 1, 1, 1, 1, 1, 1, 16}), errc::invalid_argument, {"8 extents"}));
    CHECK(fails(writer.add_metadata("\xc3", "v"), errc::invalid_argument, {"UTF-8"}));
    CHECK(fails(writer.add_metadata("k", "\xc3"), errc::invalid_argument, {"'k'", "UTF-8"}));
    CHECK(writer.add_metadata("k", "v"));
    CHECK(fails(writer.add_metadata("k", "v"), errc::invalid_argument, {"'k'", "twice"}));
    CHECK(add("u", {4, 4}));  // a refusal leaves the writer as it was
}

TEST_CASE("a file that cannot be written is an error") {
    const scratch here;
    const safetensors_writer writer;
    CHECK(fails(writer.write(here / "no/m"), errc::not_found, {"no/m"}));
    CHECK(fails(writer.write(here.path()), errc::invalid_argument, {here.path()}));
}
