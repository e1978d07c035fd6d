// SPDX-License-Identifier: MIT
// Tokens of every stored type; a token or a file that is not what it should be is an error.
#include "scratch.hpp"

#include <gradus/io/tokens.hpp>

#include <limits>

namespace {

using gradus::errc;
using gradus::load_tokens_bytes;
using gradus::load_tokens_npy;
using namespace gradus::test;
using tokens = std::vector<std::uint32_t>;

std::string dictionary(const std::string& descr,
                       const std::string& shape,
                       const std::string& fortran = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': (" + shape +
           "), }";
}

/// The .npy text of these values, stored little-endian in `size` bytes each.
std::string
array(const std::string& descr, const std::string& shape, const std::vector<std::int64_t>& values) {
    std::string data;
    for (const std::int64_t value : values) {
        data += little_endian(static_cast<std::uint64_t>(value),
                              static_cast<unsigned>(descr.back() - '0'));
    }
    return npy_text(dictionary(descr, shape), data);
}

}  // namespace

TEST_CASE("every token type reads back, flat or in rows") {
    const scratch here;
    for (const char* type : {"<u2", "<u4", "<i4", "<i8"}) {
        for (const char* shape : {"6,", "2, 3", "6, 1"}) {
            const std::string path = here.put("t.npy", array(type, shape, {0, 5, 511, 3, 300, 1}));
            const auto loaded = load_tokens_npy(path, 512);
            REQUIRE(loaded);
            CHECK(loaded.value() == tokens{0, 5, 511, 3, 300, 1});
            CHECK(load_tokens_npy(path, 512, 2).value() == tokens{0, 5});
            CHECK(load_tokens_npy(path, 512, 600).value().size() == 6);
            CHECK(fails(load_tokens_npy(path, 511), errc::out_of_range, {path, "token 2 is 511"}));
            CHECK(load_tokens_npy(path, 511, 2));  // what is not read is not judged
        }
    }
}

TEST_CASE("tokens at the edges of their types") {
    const scratch here;
    const auto largest = std::numeric_limits<std::uint32_t>::max();
    const auto path = here.put("t.npy", array("<u4", "1,", {largest - 1}));
    CHECK(load_tokens_npy(path, largest).value() == tokens{largest - 1});
    for (const char* type : {"<i4", "<i8"}) {
        for (const std::int64_t value : {std::int64_t{-1}, std::int64_t{-2147483648}}) {
            here.put("t.npy", array(type, "2,", {0, value}));
            CHECK(fails(load_tokens_npy(path, largest), errc::out_of_range,
                        {"token 1 is " + std::to_string(value), "tokenizer"}));
        }
    }
    here.put("t.npy", array("<i8", "1,", {std::int64_t{1} << 32}));
    CHECK(fails(load_tokens_npy(path, largest), errc::out_of_range, {"4294967296"}));
}

TEST_CASE("the data must be the shape, to the byte") {
    const scratch here;
    const std::string whole = array("<u2", "3,", {1, 2, 3});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto path = here.put("t.npy", std::string_view{whole}.substr(0, size));
        CHECK(fails(load_tokens_npy(path, 9), errc::malformed, {path}));
    }
    const auto path = here.put("t.npy", whole + "x");
    CHECK(fails(load_tokens_npy(path, 9), errc::malformed, {"7 bytes", "expected 6", "trailing"}));
    here.put("t.npy", array("<u2", "4,", {1, 2, 3}));
    CHECK(fails(load_tokens_npy(path, 9, 1), errc::malformed, {"expected 8", "Truncated"}));
}

TEST_CASE("a shape that overflows or holds nothing is refused") {
    const scratch here;
    for (const char* shape :
         {"4611686018427387904, 4", "9223372036854775807,", "4294967296, 4294967296"}) {
        const auto path = here.put("t.npy", array("<u4", shape, {1}));
        CHECK(fails(load_tokens_npy(path, 9), errc::malformed, {"overflows"}));
    }
    for (const char* shape : {"0,", "0, 5", "5, 0"}) {
        const auto path = here.put("t.npy", array("<u4", shape, {}));
        CHECK(fails(load_tokens_npy(path, 9), errc::malformed, {"no tokens"}));
    }
    for (const char* shape : {"", "1, 1, 1"}) {
        const auto path = here.put("t.npy", array("<u4", shape, {1}));
        CHECK(fails(load_tokens_npy(path, 9), errc::unsupported, {"dimensions"}));
    }
}

TEST_CASE("other arrays are unsupported") {
    const scratch here;
    for (const char* type : {"|O", ">u2", "<f4", "<u8", "|u1", "<U4", "u2", "", "<i2", "|b1"}) {
        const auto path = here.put("t.npy", npy_text(dictionary(type, "1,"), "12345678"));
        CHECK(fails(load_tokens_npy(path, 9), errc::unsupported, {path, "dtype", "<u2"}));
    }
    const auto path = here.put("t.npy", npy_text(dictionary("<u2", "1, 2", "True"), "1234"));
    CHECK(fails(load_tokens_npy(path, 9), errc::unsupported, {path, "Fortran"}));
}

TEST_CASE("one dimension is the same in either order") {
    const scratch here;
    const auto path =
        here.put("t.npy", npy_text(dictionary("<u2", "2,", "True"), std::string("\1\0\2\0", 4)));
    CHECK(load_tokens_npy(path, 9).value() == tokens{1, 2});
}

TEST_CASE("raw bytes are tokens") {
    const scratch here;
    const auto path = here.put("t.bin", std::string("a\0\xff", 3));
    CHECK(load_tokens_bytes(path, 256).value() == tokens{97, 0, 255});
    CHECK(load_tokens_bytes(path, 98, 2).value() == tokens{97, 0});
    CHECK(fails(load_tokens_bytes(path, 128), errc::out_of_range, {path, "token 2 is 255", "127"}));
    CHECK(fails(load_tokens_bytes(here.put("e", ""), 256), errc::malformed, {"empty"}));
    CHECK(fails(load_tokens_bytes(here / "none", 256), errc::not_found, {"none"}));
}

TEST_CASE("a request without effect is refused") {
    const scratch here;
    const auto path = here.put("t.bin", "abc");
    CHECK(fails(load_tokens_bytes(path, 0), errc::invalid_argument, {path, "vocabulary"}));
    CHECK(fails(load_tokens_bytes(path, 256, 0), errc::invalid_argument, {path, "limit"}));
    CHECK(fails(load_tokens_npy(path, 0), errc::invalid_argument, {"vocabulary"}));
    CHECK(fails(load_tokens_npy(path, 1ull << 32), errc::invalid_argument, {"vocabulary"}));
    CHECK(fails(load_tokens_npy(path, 9, 0), errc::invalid_argument, {"limit"}));
}
