// SPDX-License-Identifier: MIT
// Messages name the file, and nothing hostile passes through them.
#include <gradus/io/file_error.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace {

using gradus::errc;

static_assert(!gradus::message_part<bool> && !gradus::message_part<int>);
static_assert(gradus::message_part<std::uint8_t> && gradus::message_part<char[4]>);

}  // namespace

TEST_CASE("an error joins its parts behind the file") {
    const auto failure = gradus::file_error(errc::malformed, "a.bin", "row ", 7u, std::string{"!"});
    CHECK(failure.code == errc::malformed);
    CHECK(failure.message == "a.bin: row 7!");
    const auto largest = std::numeric_limits<std::uint64_t>::max();
    CHECK(gradus::file_error(errc::io, "f", largest).message == "f: 18446744073709551615");
}

TEST_CASE("a quoted name holds no control characters and is short") {
    CHECK(gradus::quote_name("a.b") == "'a.b'");
    CHECK(gradus::quote_name(std::string_view{"a\x1b[2J\n\0\x7f", 8}) ==
          "'a?[2J" + std::string(3, '?') + "'");
    CHECK(gradus::quote_name("\xc3\xa9") == "'\xc3\xa9'");
    CHECK(gradus::quote_name(std::string(5000, 'x')).size() < 130);
}

TEST_CASE("a refusal by the system says which and why") {
    const auto missing = gradus::system_error_of("f", "cannot open file", ENOENT);
    CHECK(missing.code == errc::not_found);
    CHECK(missing.message == "f: cannot open file (No such file or directory)");
    CHECK(gradus::system_error_of("f", "cannot open file", EACCES).code == errc::io);
}
