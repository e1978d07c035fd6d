// SPDX-License-Identifier: MIT
// Patterns of survivors: how many ways there are, which they are, and their names.
#include <gradus/layout/survivor_pattern.hpp>

#include <doctest/doctest.h>

#include <set>

namespace {

using namespace gradus;

/// All patterns with a number.
template <class F> void for_each_numbered(F&& f) {
    for (const index_t m : {index_t{4}, index_t{8}}) {
        for (index_t n = 1; n < m; ++n) {
            f(survivor_pattern{n, m});
        }
    }
}

}  // namespace

TEST_CASE("every way of naming n of m is there, once, and fits its bits") {
    for_each_numbered([](const survivor_pattern& p) {
        std::set<unsigned> seen;
        for (index_t i = 0; i < p.ways(); ++i) {
            const unsigned places = places_of(p.n, i);
            CHECK(static_cast<index_t>(std::popcount(places)) == p.n);
            CHECK(places < (1u << p.m));
            seen.insert(places);
        }
        index_t expected = 0;
        for (unsigned places = 0; places < (1u << p.m); ++places) {
            expected += static_cast<index_t>(std::popcount(places)) == p.n ? 1u : 0u;
        }
        CHECK(seen.size() == expected);
        CHECK(p.ways() == expected);
        CHECK((index_t{1} << p.bits()) >= p.ways());
        CHECK((index_t{1} << (p.bits() - 1)) < p.ways());
        CHECK(p.valid());
    });
}

TEST_CASE("names come back, and nothing else is one") {
    for_each_numbered(
        [](const survivor_pattern& p) { CHECK(parse_pattern(name_of_pattern(p)) == p); });
    CHECK(name_of_pattern(survivor_mask) == "mask");
    CHECK(name_of_pattern({2, 4}) == "2of4");
    CHECK(parse_pattern("mask") == survivor_mask);
    for (const char* text : {"", "Mask", "0of4", "4of4", "2of5", "2of2", "8of8", "2:4", "02of4",
                             "2of40", "9of8", "/of8", "1of"}) {
        CHECK_FALSE(parse_pattern(text));
    }
}

TEST_CASE("a sparse layout's name is a layout's name and a pattern") {
    const auto split = split_sparse_name("uniform_symmetric4_g64_f16_2of4");
    REQUIRE(split);
    CHECK(split->first == "uniform_symmetric4_g64_f16");
    CHECK(split->second == survivor_pattern{2, 4});
    CHECK_FALSE(split_sparse_name("uniform_symmetric4_g64_f16"));
    CHECK_FALSE(split_sparse_name("mask"));
    CHECK_FALSE(split_sparse_name(""));
}
