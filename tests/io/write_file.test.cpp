// SPDX-License-Identifier: MIT
// Whole files written at once.
#include "scratch.hpp"

#include <gradus/io/write_file.hpp>

using namespace gradus::test;

TEST_CASE("a written file reads back, and replaces the one before") {
    const scratch here;
    for (const std::string& text : {std::string{"{}\n"}, std::string{}, std::string("a\0b", 3)}) {
        CHECK(gradus::write_file(here / "report.json", text));
        CHECK(content_of(here / "report.json") == text);
    }
    CHECK(here.files() == 1);
}

TEST_CASE("a missing directory is an error that names it") {
    const scratch here;
    CHECK(fails(gradus::write_file(here / "no/r.json", "x"), gradus::errc::not_found, {"no/r"}));
}
