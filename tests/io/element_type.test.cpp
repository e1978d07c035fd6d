// SPDX-License-Identifier: MIT
// Names and sizes of the element types.
#include <gradus/io/element_type.hpp>

#include <doctest/doctest.h>

using gradus::element_type;

TEST_CASE("a name finds its own type") {
    for (gradus::index_t i = 0; i < gradus::element_table.size(); ++i) {
        const auto type = static_cast<element_type>(i);
        CHECK(gradus::element_type_named(gradus::name_of(type)) == type);
    }
}

TEST_CASE("the names and sizes that weights use") {
    CHECK(gradus::bytes_of(*gradus::element_type_named("F32")) == 4);
    CHECK(gradus::bytes_of(*gradus::element_type_named("F16")) == 2);
    CHECK(gradus::bytes_of(*gradus::element_type_named("BF16")) == 2);
    CHECK(gradus::bytes_of(*gradus::element_type_named("U8")) == 1);
    CHECK(gradus::bytes_of(*gradus::element_type_named("I64")) == 8);
}

TEST_CASE("other spellings have no type") {
    for (const char* name : {"", "f32", "F32 ", "F4", "float32", "U128"}) {
        CHECK_FALSE(gradus::element_type_named(name));
    }
}
