// SPDX-License-Identifier: MIT
// Typed fields, and the first rule that is broken.
#include "scratch.hpp"

#include <gradus/io/config_fields.hpp>

namespace {

using gradus::config_fields;
using gradus::errc;
using nlohmann::json;

/// The message after `read` has been applied to `object`; empty without a failure.
template <class Read> std::string message(const json& object, Read read) {
    config_fields fields{object, "f"};
    (void)read(fields);
    return fields.failure() ? fields.failure()->message : std::string{};
}

}  // namespace

TEST_CASE("fields of the right type are read") {
    const json object{{"n", 7u}, {"x", 0.5}, {"b", true}, {"s", "text"}, {"null", nullptr}};
    config_fields fields{object, "f"};
    CHECK(fields.count("n", 7) == 7);
    CHECK(fields.positive("x") == 0.5);
    CHECK(fields.positive("n") == 7.0);
    CHECK(fields.flag("b", false));
    CHECK(fields.text("s") == "text");
    CHECK_FALSE(fields.failure());
}

TEST_CASE("absence and null mean the fallback") {
    const json object{{"null", nullptr}};
    config_fields fields{object, "f"};
    for (const char* key : {"null", "none"}) {
        CHECK(fields.get(key) == nullptr);
        CHECK(fields.count(key, 9, 4) == 4);
        CHECK(fields.positive(key, 2.5) == 2.5);
        CHECK(fields.flag(key, true));
        CHECK(fields.text(key, "t") == "t");
    }
    CHECK_FALSE(fields.failure());
}

TEST_CASE("a required key that is missing is an error that names it") {
    const json none = json::object();
    CHECK(message(none, [](auto& f) { return f.count("k", 9); }) == "f: key 'k' is missing");
    CHECK(message(none, [](auto& f) { return f.positive("k"); }) == "f: key 'k' is missing");
    CHECK(message(none, [](auto& f) { return f.text("k"); }) == "f: key 'k' is missing");
}

TEST_CASE("values of another type or range are refused") {
    for (const json& bad : {json(0), json(-1), json(10), json(2.0), json("2"), json(true),
                            json::array(), json::object(), json(~0ull)}) {
        CHECK(message({{"k", bad}}, [](auto& f) { return f.count("k", 9); }) ==
              "f: key 'k' is not an integer from 1 to 9");
        CHECK(message({{"k", bad}}, [](auto& f) { return f.count("k", 9, 3); }) != "");
    }
    for (const json& bad : {json(0), json(-1), json(0.0), json(-1e-9), json("1"), json(true)}) {
        CHECK(message({{"k", bad}}, [](auto& f) { return f.positive("k"); }) ==
              "f: key 'k' is not a number above zero");
    }
    for (const json& bad : {json(0), json("true"), json::array()}) {
        CHECK(message({{"k", bad}}, [](auto& f) { return f.flag("k", true); }) ==
              "f: key 'k' is not true or false");
    }
    for (const json& bad : {json(0), json(false), json::array()}) {
        CHECK(message({{"k", bad}}, [](auto& f) { return f.text("k"); }) ==
              "f: key 'k' is not a string");
    }
}

TEST_CASE("the first failure is kept") {
    const json none = json::object();
    config_fields fields{none, "f"};
    (void)fields.count("first", 9);
    (void)fields.count("second", 9);
    REQUIRE(fields.failure());
    CHECK(fields.failure()->message == "f: key 'first' is missing");
    CHECK(fields.failure()->code == errc::malformed);
}
