// SPDX-License-Identifier: MIT
// Small text files, and the limit on their size.
#include "scratch.hpp"

#include <gradus/io/read_text_file.hpp>

using namespace gradus::test;

TEST_CASE("a text file is read whole, up to its limit") {
    const scratch here;
    const std::string path = here.put("t", "line\n\0bytes");
    const auto text = gradus::read_text_file(path, 5);
    REQUIRE(text);
    CHECK(text.value() == "line\n");
    CHECK(fails(gradus::read_text_file(path, 4), gradus::errc::malformed, {path, "5", "4"}));
    CHECK(fails(gradus::read_text_file(here / "no", 9), gradus::errc::not_found, {"no"}));
}
