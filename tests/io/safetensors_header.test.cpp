// SPDX-License-Identifier: MIT
// Every claim of a header is checked against the size of the file: one case a rule.
#include "scratch.hpp"

#include <gradus/io/safetensors_header.hpp>

namespace {

using gradus::errc;
using gradus::index_t;
using namespace gradus::test;

auto parse(const std::string& file) {
    return gradus::parse_safetensors_header(bytes_of_text(file), "f");
}

auto parse(const std::string& json, index_t data_bytes) {
    return parse(safetensors_text(json, data_bytes));
}

std::string entry(const std::string& name,
                  const std::string& shape,
                  const std::string& offsets,
                  const std::string& dtype = "U8") {
    return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[)" + shape +
           R"(],"data_offsets":[)" + offsets + "]}";
}

/// Whether one tensor `t` with these claims about 16 bytes of data is refused for `words`.
bool refuses(const std::string& shape,
             const std::string& offsets,
             std::initializer_list<std::string_view> words) {
    return fails(parse("{" + entry("t", shape, offsets) + "}", 16), errc::malformed, words);
}

}  // namespace

TEST_CASE("a well-formed header is read, by offset and by name") {
    const std::string json = "{" + entry("b", "2,2", "4,20", "F32") + "," +
                             entry("a", "2", "0,4", "BF16") + "," + entry("z", "0,7", "4,4") +
                             R"(,"__metadata__":{"format":"pt"}}  )";
    const auto header = parse(json, 20);
    REQUIRE(header);
    const auto& h = header.value();
    REQUIRE(h.tensors.size() == 3);
    CHECK(h.tensors[0].name == "a");
    CHECK(h.tensors[1].name == "z");  // empty: before the tensor at the same offset
    CHECK(h.tensors[2].name == "b");
    CHECK(h.tensors[2].bytes == 16);
    CHECK(h.data_begin == 8 + json.size());
    CHECK(h.metadata.at("format") == "pt");
    CHECK(h.find("a") == 0);
    CHECK(h.find("b") == 2);
    CHECK(h.find("z") == 1);
    for (const char* other : {"", "A", "aa", "zz", "__metadata__"}) {
        CHECK(h.find(other) == 3);
    }
    CHECK(parse("{}", 0));
}

TEST_CASE("a file shorter than its length field is refused") {
    for (index_t size = 0; size < 8; ++size) {
        CHECK(
            fails(parse(std::string(size, '\0')), errc::malformed, {"f:", "8-byte", "Truncated"}));
    }
}

TEST_CASE("a header that does not fit the file is refused") {
    const std::string good = safetensors_text("{}", 0);
    for (const std::uint64_t length : {3ull, 100'000'001ull, ~0ull, ~0ull - 7, 1ull << 63}) {
        const std::string bad = little_endian(length, 8) + "{}";
        CHECK(fails(parse(bad), errc::malformed, {"header length", std::to_string(length)}));
    }
    for (index_t size = 8; size < good.size(); ++size) {
        CHECK(fails(parse(good.substr(0, size)), errc::malformed, {"header length 2 exceeds"}));
    }
}

TEST_CASE("a header beyond the format's limit is refused before it is parsed") {
    std::string file = little_endian(gradus::safetensors_longest_header + 1, 8) + "{";
    file.resize(8 + gradus::safetensors_longest_header + 1, ' ');
    CHECK(fails(parse(file), errc::malformed, {"exceeds the limit"}));
}

TEST_CASE("a header starts with a brace") {
    for (const char* json : {"", "[]", " {}", "\xef\xbb\xbf{}", "null"}) {
        CHECK(fails(parse(json, 0), errc::malformed, {"does not start with '{'"}));
    }
    CHECK(fails(parse("{]", 0), errc::malformed, {"not valid JSON"}));
}

TEST_CASE("a name given twice is refused, even for the same bytes") {
    const std::string twice = "{" + entry("t", "16", "0,16") + "," + entry("t", "16", "0,16") + "}";
    CHECK(fails(parse(twice, 16), errc::malformed, {"'t'", "twice"}));
    const std::string apart = "{" + entry("t", "8", "0,8") + "," + entry("u", "0", "8,8") + "," +
                              entry("\\u0074", "8", "8,16") + "}";
    CHECK(fails(parse(apart, 16), errc::malformed, {"'t'", "twice"}));
}

TEST_CASE("an unknown dtype is unsupported") {
    for (const char* type : {"F4", "f32", "", "I128"}) {
        CHECK(fails(parse("{" + entry("t", "1", "0,1", type) + "}", 1), errc::unsupported,
                    {"'t'", "dtype", std::string{"'"} + type + "'"}));
    }
}

TEST_CASE("a shape whose size overflows is refused") {
    CHECK(refuses("4294967296,4294967296", "0,0", {"'t'", "overflows"}));
    CHECK(refuses("9223372036854775808,2", "0,16", {"overflows"}));
    CHECK(refuses("18446744073709551615", "0,16", {"overflows"}));
    CHECK(refuses("0,4294967296,4294967296", "0,0", {"overflows"}));
}

TEST_CASE("offsets lie in order and inside the file") {
    CHECK(refuses("1", "2,1", {"'t'", "begin 2 lies behind end 1"}));
    CHECK(refuses("17", "0,17", {"end 17 lies beyond", "16 bytes", "Truncated"}));
    CHECK(refuses("5", "18446744073709551610,18446744073709551615", {"lies beyond"}));
    CHECK(refuses("1", "17,17", {"lies beyond"}));
}

TEST_CASE("a shape must fill its offsets exactly") {
    CHECK(refuses("15", "0,16", {"'t'", "span 16 bytes", "expected 15", "[15] of U8"}));
    CHECK(refuses("17", "0,16", {"expected 17"}));
    CHECK(refuses("0", "0,16", {"expected 0"}));
    CHECK(refuses("", "0,16", {"expected 1"}));
}

TEST_CASE("tensors overlap nowhere and leave no gaps") {
    const auto pair = [](const char* a_shape, const char* a, const char* b_shape, const char* b) {
        return parse("{" + entry("a", a_shape, a) + "," + entry("b", b_shape, b) + "}", 16);
    };
    CHECK(pair("8", "0,8", "8", "8,16"));
    CHECK(pair("8", "8,16", "8", "0,8"));
    CHECK(fails(pair("9", "0,9", "8", "8,16"), errc::malformed, {"'b'", "overlaps tensor 'a'"}));
    CHECK(fails(pair("16", "0,16", "16", "0,16"), errc::malformed, {"overlaps"}));
    CHECK(fails(pair("16", "0,16", "2", "3,5"), errc::malformed, {"'b'", "overlaps"}));
    CHECK(fails(pair("16", "0,16", "0", "3,3"), errc::malformed, {"'b'", "overlaps"}));
    CHECK(fails(pair("7", "0,7", "8", "8,16"), errc::malformed, {"'b'", "gap"}));
    CHECK(fails(pair("0", "0,0", "8", "8,16"), errc::malformed, {"'b'", "gap"}));
}

TEST_CASE("no byte follows the last tensor") {
    CHECK(refuses("15", "0,15", {"f:", "1 trailing bytes"}));
    CHECK(fails(parse("{}", 3), errc::malformed, {"3 trailing bytes"}));
}

TEST_CASE("a truncated file is refused at every length") {
    const std::string whole = safetensors_text("{" + entry("t", "16", "0,16") + "}", 16);
    REQUIRE(parse(whole));
    for (index_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(parse(whole.substr(0, size)));
    }
}
