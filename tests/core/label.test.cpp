// SPDX-License-Identifier: MIT
// Names composed at compile time.
#include <gradus/core/label.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace {

using gradus::label;

constexpr label composed = label{"uniform_"} + 4u + "_g" + 128u;
static_assert(composed.view() == "uniform_4_g128");
static_assert(label{}.view().empty());
static_assert((label{} + 0u).view() == "0");
static_assert((label{"x"} + "").view() == "x");

}  // namespace

TEST_CASE("numbers are written in decimal, from zero to the largest") {
    for (const unsigned n : {0u, 1u, 9u, 10u, 11u, 99u, 100u, 101u, 1000u, 65535u, 1234567890u,
                             std::numeric_limits<unsigned>::max()}) {
        CHECK((label{"n"} + n).view() == "n" + std::to_string(n));
    }
}

TEST_CASE("a sum leaves its parts as they were") {
    const label word{"word"};
    const label longer = word + "s" + 2u;
    CHECK(word.view() == "word");
    CHECK(longer.view() == "words2");
}

TEST_CASE("appending gives the same text as strings do, up to 95 characters") {
    label name;
    std::string text;
    while (text.size() < 95) {
        const char letter = static_cast<char>('a' + text.size() % 26);
        name.append(std::string_view{&letter, 1});
        text += letter;
        REQUIRE(name.view() == text);
    }
    CHECK(std::string{name.text} == text);  // the end is a zero
}
