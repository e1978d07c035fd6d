// SPDX-License-Identifier: MIT
// Permutations: every column once, in as few bytes as they need.
#include <gradus/layout/column_order.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace gradus;

using positions = std::vector<index_t>;

bool refuses(const positions& sources, std::string_view words) {
    const auto made = column_order::of(sources);
    return !made && made.error().code == errc::invalid_argument &&
           made.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a permutation comes back, and every stored bit counts") {
    const positions sources = {3, 0, 4, 1, 2};
    const auto made = column_order::of(sources);
    REQUIRE(made);
    CHECK(made.value().cols() == 5);
    CHECK(made.value().size_in_bits() == 5 * 16);
    CHECK(made.value().view().size_in_bits() == 5 * 16);
    for (index_t i = 0; i < 5; ++i) {
        CHECK(made.value().view().source(i) == sources[i]);
    }
    CHECK(column_order::of({}));
}

TEST_CASE("two bytes a column up to 65,536 columns, and four beyond") {
    positions reversed(65537);
    std::iota(reversed.rbegin(), reversed.rend(), index_t{0});
    const auto wide = column_order::of(reversed);
    REQUIRE(wide);
    CHECK(wide.value().size_in_bits() == 65537 * 32);
    CHECK(wide.value().view().source(0) == 65536);
    reversed.erase(reversed.begin());
    CHECK(column_order::of(reversed).value().size_in_bits() == 65536 * 16);
}

TEST_CASE("what is no permutation is refused") {
    CHECK(refuses({0, 1, 1}, "every column once (position 2)"));
    CHECK(refuses({0, 3, 1}, "column 3 of 3"));
    CHECK(refuses({1}, "column 1 of 1"));
    positions far = {0, 1};
    far[1] = (index_t{1} << 32) + 1;  // would be 1 in 32 bits
    CHECK(refuses(far, "of 2"));
}

TEST_CASE("lists from elsewhere are looked over") {
    std::vector<std::byte> bytes = {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}};
    CHECK_FALSE(find_bad_source({bytes, 2}));
    CHECK(find_bad_source({bytes, 1}).value().find("Truncated?") != std::string::npos);
    CHECK(find_bad_source({bytes, 3}));
    CHECK(find_bad_source({bytes, index_t{1} << 40}));
    bytes[2] = std::byte{1};
    CHECK(find_bad_source({bytes, 2}).value().find("position 1") != std::string::npos);
    bytes[2] = std::byte{2};
    CHECK(find_bad_source({bytes, 2}));
}
