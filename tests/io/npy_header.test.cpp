// SPDX-License-Identifier: MIT
// The header that NumPy writes is read; anything else is refused.
#include "scratch.hpp"

#include <gradus/io/npy_header.hpp>

namespace {

using gradus::errc;
using gradus::index_t;
using namespace gradus::test;

auto parsed(const std::string& file) {
    return gradus::parse_npy_header(bytes_of_text(file), "f");
}

/// A file of another version: two more bytes of length from version 2 on.
std::string version(unsigned major, unsigned minor, const std::string& text) {
    return "\x93NUMPY" + little_endian(major, 1) + little_endian(minor, 1) +
           little_endian(text.size(), major == 1 ? 2 : 4) + text;
}

constexpr const char* good = "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }";

}  // namespace

TEST_CASE("the header that NumPy writes is read") {
    const std::string file = npy_text(good, "data");
    const auto header = parsed(file);
    REQUIRE(header);
    CHECK(header->descr == "<u2");
    CHECK_FALSE(header->fortran_order);
    CHECK(header->shape == std::vector<index_t>{3, 4});
    CHECK(header->data_begin == file.size() - 4);
    CHECK(header->data_begin % 64 == 0);
}

TEST_CASE("versions 1 to 3 differ in the length field only") {
    for (const unsigned major : {1u, 2u, 3u}) {
        const auto header = parsed(version(major, 0, std::string{good} + "\n"));
        REQUIRE(header);
        CHECK(header->shape == std::vector<index_t>{3, 4});
    }
    for (const auto& [major, minor] : {std::pair{0u, 0u}, {4u, 0u}, {1u, 1u}, {255u, 0u}}) {
        CHECK(fails(parsed(version(major, minor, std::string{good} + "\n")), errc::unsupported,
                    {"f:", "version"}));
    }
}

TEST_CASE("spellings that mean the same are the same") {
    for (const char* text :
         {R"({"descr":"<u2","fortran_order":False,"shape":(3,4)})",
          "{ 'shape' : ( 3 , 4 , ) , 'fortran_order' : False , 'descr':'<u2'}"}) {
        const auto header = parsed(npy_text(text, ""));
        REQUIRE(header);
        CHECK(header->shape == std::vector<index_t>{3, 4});
    }
    CHECK(parsed(npy_text("{'descr': '<f8', 'fortran_order': True, 'shape': ()}", ""))
              ->fortran_order);
    CHECK(parsed(npy_text("{'descr': '<u2', 'fortran_order': False, 'shape': (7,)}", ""))->shape ==
          std::vector<index_t>{7});
}

TEST_CASE("a dictionary that NumPy would not write is refused") {
    for (const char* text : {
             "",
             "{}",
             "{'descr': '<u2', 'fortran_order': False}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3,), 'x': 1}",
             "{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (3,)}",
             "{'descr': '<u2', 'fortran_order': false, 'shape': (3,)}",
             "{'descr': '<u2', 'fortran_order': 0, 'shape': (3,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': 3}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': [3]}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (-3,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (03,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3L,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3.0,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3 4)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3,,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (9223372036854775808,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
             "{'descr': '<u2' 'fortran_order': False, 'shape': (3,)}",
             "{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (3,)}",
             "{'descr': '<u\\x32', 'fortran_order': False, 'shape': (3,)}",
             "{'descr': '<u2\", 'fortran_order': False, 'shape': (3,)}",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3,)} x",
             "{'descr': '<u2', 'fortran_order': False, 'shape': (3,)",
             "('descr', '<u2')",
         }) {
        CHECK(fails(parsed(npy_text(text, "")), errc::malformed, {"f:", "header is not"}));
    }
}

TEST_CASE("a header ends with a newline, inside the file") {
    CHECK(fails(parsed(version(1, 0, good)), errc::malformed, {"newline"}));
    CHECK(fails(parsed(version(1, 0, "")), errc::malformed, {"newline"}));
    const std::string whole = npy_text(good, "");
    for (index_t size = 0; size < whole.size(); ++size) {
        CHECK(fails(parsed(whole.substr(0, size)), errc::malformed, {"f:"}));
    }
    const std::string four_gib = std::string("\x93NUMPY\x02\0", 8) + "\xff\xff\xff\xff";
    CHECK(fails(parsed(four_gib + good), errc::malformed, {"4294967295 exceeds", "Truncated"}));
    CHECK(fails(parsed("PK\x03\x04 an archive"), errc::malformed, {"magic"}));
}

TEST_CASE("a shape of very many extents is refused") {
    std::string shape;
    for (int i = 0; i < 33; ++i) {
        shape += "1, ";
    }
    const std::string text = "{'descr': '<u2', 'fortran_order': False, 'shape': (" + shape + ")}";
    CHECK(fails(parsed(npy_text(text, "")), errc::malformed, {"header is not"}));
}
