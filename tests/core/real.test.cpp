// SPDX-License-Identifier: MIT
// Arithmetic on scalars, as policies are written in it.
#include <gradus/core/real.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace {

static_assert(gradus::lanes_of<float>::count == 1 && gradus::lanes_of<double>::count == 1);
static_assert(std::is_same_v<gradus::lanes_of<float>::word, std::uint32_t>);
static_assert(gradus::least(1.0f, 2.0f) == 1.0f && gradus::greatest(1.0f, 2.0f) == 2.0f);
static_assert(gradus::magnitude(-3.5) == 3.5 && gradus::magnitude(3.5) == 3.5);
static_assert(gradus::either(true, 1, 2) == 1 && gradus::either(false, 1, 2) == 2);
static_assert(gradus::as_real<float>(255u) == 255.0f && gradus::as_real<double>(-7) == -7.0);
static_assert(gradus::as_code(0.0f) == 0 && gradus::as_code(255.0) == 255);
static_assert(gradus::lanes_of<float>::counting_from(9) == 9);
static_assert(gradus::rounded(0.1f) == 0.1f);

}  // namespace

TEST_CASE_TEMPLATE("rounding to even breaks ties to the even neighbour", R, float, double) {
    for (int n = -1000; n <= 1000; ++n) {
        const R whole = static_cast<R>(n);
        const R half = static_cast<R>(0.5);
        REQUIRE(gradus::round_even(whole) == whole);
        REQUIRE(gradus::round_even(whole + half) == static_cast<R>(n % 2 == 0 ? n : n + 1));
        REQUIRE(gradus::round_even(std::nextafter(whole + half, whole)) == whole);
        REQUIRE(gradus::round_even(std::nextafter(whole + half, whole + 1)) == whole + 1);
    }
}

TEST_CASE_TEMPLATE("rounding down never goes up", R, float, double) {
    for (int n = -1000; n <= 1000; ++n) {
        const R whole = static_cast<R>(n);
        REQUIRE(gradus::round_down(whole) == whole);
        REQUIRE(gradus::round_down(std::nextafter(whole, whole + 1)) == whole);
        REQUIRE(gradus::round_down(std::nextafter(whole, whole - 1)) == whole - 1);
    }
}

TEST_CASE("every code survives the way through a float") {
    for (int code = 0; code < 256; ++code) {
        const auto c = static_cast<gradus::code_t>(code);
        REQUIRE(gradus::as_code(gradus::as_real<float>(c)) == c);
        REQUIRE(gradus::as_code(gradus::as_real<double>(c)) == c);
    }
}

TEST_CASE("comparisons take the second where one is not a number, as the formula says") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(gradus::least(nan, 1.0f) == 1.0f);
    CHECK(gradus::greatest(nan, 1.0f) == 1.0f);
    CHECK(std::isnan(gradus::least(1.0f, nan)));
    CHECK(std::isnan(gradus::greatest(1.0f, nan)));
}

TEST_CASE("loading and storing move one value") {
    const float from = 2.5f;
    float to = 0;
    gradus::lanes_of<float>::store(gradus::lanes_of<float>::load(&from), &to);
    CHECK(to == 2.5f);
}

TEST_CASE("a level is the entry of its table") {
    const float table[4] = {-1.0f, -0.25f, 0.0f, 1.5f};
    for (int code = 0; code < 4; ++code) {
        CHECK(gradus::level_at<float, 4>(table, code) == table[code]);
        CHECK(gradus::level_at<double, 4>(table, code) == static_cast<double>(table[code]));
    }
}

TEST_CASE("a rounded product is not fused with the sum that follows") {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; a float keeps the first two terms, a fused sum all three.
    volatile float source = 1.0f + 0x1p-12f;
    const float factor = source;
    const float difference = gradus::rounded(factor * factor) - 1.0f;
    CHECK(difference == 0x1p-11f);
}
