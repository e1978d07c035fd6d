// SPDX-License-Identifier: MIT
// Mapped bytes equal the file; what cannot be mapped is an error that names it.
#include "scratch.hpp"

#include <gradus/io/mapped_file.hpp>

#include <sys/stat.h>
#include <type_traits>
#include <utility>

namespace {

using gradus::errc;
using gradus::mapped_file;
using namespace gradus::test;

static_assert(!std::is_copy_constructible_v<mapped_file>);
static_assert(std::is_nothrow_move_constructible_v<mapped_file>);

std::string text_of(const mapped_file& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

}  // namespace

TEST_CASE("mapped bytes equal the file, whatever its size") {
    const scratch here;
    for (const std::size_t size : {1u, 2u, 4095u, 4096u, 4097u, 100'000u}) {
        std::string content;
        for (std::size_t i = 0; i < size; ++i) {
            content += static_cast<char>(i * 31);
        }
        const std::string path = here.put("f", content);
        auto file = mapped_file::open(path);
        REQUIRE(file);
        CHECK(file->path() == path);
        CHECK(text_of(*file) == content);
    }
}

TEST_CASE("moving keeps the bytes in place, and the old file outlives its name") {
    const scratch here;
    auto first = mapped_file::open(here.put("a", "first"));
    auto second = mapped_file::open(here.put("b", "second"));
    const auto* address = first->bytes().data();
    mapped_file moved = std::move(first).value();
    CHECK(moved.bytes().data() == address);
    std::filesystem::remove(here / "a");
    CHECK(text_of(moved) == "first");
    moved = std::move(second).value();
    CHECK(text_of(moved) == "second");
}

TEST_CASE("what cannot be mapped is an error that names it") {
    const scratch here;
    CHECK(fails(mapped_file::open(here / "none"), errc::not_found, {"none", "No such file"}));
    CHECK(fails(mapped_file::open(here.path()), errc::io, {here.path(), "directory"}));
    CHECK(fails(mapped_file::open(here.put("empty", "")), errc::malformed, {"empty"}));
    CHECK(fails(mapped_file::open("/dev/null"), errc::io, {"/dev/null", "device"}));
    CHECK(fails(mapped_file::open(""), errc::not_found, {}));
    CHECK(fails(mapped_file::open(here.put("x", "x") + std::string("\0y", 2)),
                errc::invalid_argument, {"NUL"}));
}

TEST_CASE("a pipe without a writer is refused, not waited for") {
    const scratch here;
    REQUIRE(::mkfifo((here / "pipe").c_str(), 0600) == 0);
    CHECK(fails(mapped_file::open(here / "pipe"), errc::io, {"pipe"}));
}
