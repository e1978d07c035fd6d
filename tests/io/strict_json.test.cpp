// SPDX-License-Identifier: MIT
// JSON objects are read; what other readers let pass is refused.
#include "scratch.hpp"

#include <gradus/io/strict_json.hpp>

using gradus::errc;
using gradus::parse_json_object;
using namespace gradus::test;

TEST_CASE("an object is read as it stands") {
    const auto object = parse_json_object(R"({"a":[1,{"b":null}],"c":{"a":-2.5}})", "f");
    REQUIRE(object);
    CHECK(object.value() == nlohmann::json{{"a", {1, {{"b", nullptr}}}}, {"c", {{"a", -2.5}}}});
    CHECK(parse_json_object(" {} \n", "f"));
}

TEST_CASE("a key given twice in one object is refused at any depth") {
    CHECK(
        fails(parse_json_object(R"({"a":1,"a":1})", "f"), errc::malformed, {"f:", "'a'", "twice"}));
    CHECK(fails(parse_json_object(R"({"x":[{"b":1,"b":2}]})", "f"), errc::malformed, {"'b'"}));
    CHECK(fails(parse_json_object(R"({"a":1,"\u0061":2})", "f"), errc::malformed, {"'a'"}));
}

TEST_CASE("nesting is limited, and a bomb is refused at its first level too many") {
    CHECK(parse_json_object(R"({"a":[[]]})", "f", 3));
    CHECK(fails(parse_json_object(R"({"a":[[[]]]})", "f", 3), errc::malformed, {"deeper than 3"}));
    const std::string bomb = R"({"a":)" + std::string(1'000'000, '[');
    CHECK(fails(parse_json_object(bomb, "f"), errc::malformed, {"deeper"}));
}

TEST_CASE("what is not one JSON object is refused") {
    for (const char* text : {"", " ", "[]", "1", "\"s\"", "null"}) {
        CHECK(fails(parse_json_object(text, "f"), errc::malformed, {"f:"}));
    }
    for (const char* text : {"{", "{}}", "{} x", R"({"a":1,})", R"({"a":01})", R"({"a":NaN})",
                             R"({'a':1})", R"({"a":1e999})", "{\"a\":\"\xff\"}", "// x\n{}"}) {
        CHECK(fails(parse_json_object(text, "f"), errc::malformed, {"not valid JSON"}));
    }
    CHECK(fails(parse_json_object({"{}\0x", 4}, "f"), errc::malformed, {"NUL", "2"}));
}
