// SPDX-License-Identifier: MIT
// Groups of N columns: ragged rows, and N as a type or as a value.
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/group.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gradus::group;
using gradus::index_t;

static_assert(gradus::grouping<group<128>> && gradus::grouping<group<>>);
static_assert(gradus::name_of<group<64>>() == "g64" && gradus::name_of<group<>>() == "gN");
static_assert(!group<32>::spans_rows && !group<>::spans_rows);
static_assert(group<>{}.size == 64 && group<32>::size == 32);

/// The sizes of the groups of one row.
template <gradus::grouping G> std::vector<index_t> sizes(const G& g, index_t cols) {
    std::vector<index_t> found;
    const index_t size = g.columns(cols);
    for (index_t first = 0; first < cols; first += size) {
        found.push_back(size < cols - first ? size : cols - first);
    }
    return found;
}

template <index_t N> void check_against_value() {
    for (index_t cols = 1; cols < 700; ++cols) {
        REQUIRE(group<N>{}.columns(cols) == group<>{N}.columns(cols));
        const auto found = sizes(group<N>{}, cols);
        index_t total = 0;
        for (index_t i = 0; i < found.size(); ++i) {
            REQUIRE((i + 1 == found.size() ? found[i] <= N : found[i] == N));
            total += found[i];
        }
        REQUIRE(total == cols);
    }
}

}  // namespace

TEST_CASE("ragged rows: the last group has what is left") {
    using list = std::vector<index_t>;
    CHECK(sizes(group<64>{}, 172) == list{64, 64, 44});
    CHECK(sizes(group<128>{}, 172) == list{128, 44});
    CHECK(sizes(group<64>{}, 288) == list{64, 64, 64, 64, 32});
    CHECK(sizes(group<128>{}, 288) == list{128, 128, 32});
    CHECK(sizes(group<64>{}, 352) == list{64, 64, 64, 64, 64, 32});
    CHECK(sizes(group<256>{}, 352) == list{256, 96});
    CHECK(sizes(group<32>{}, 288) == list(9, 32));
    CHECK(sizes(group<512>{}, 172) == list{172});
}

TEST_CASE("a size that is a value groups as a size that is a type") {
    check_against_value<16>();
    check_against_value<32>();
    check_against_value<64>();
    check_against_value<128>();
    check_against_value<256>();
}

TEST_CASE("size zero is the whole row") {
    for (const index_t cols : {1u, 172u, 288u, 352u}) {
        CHECK(group<>{0}.columns(cols) == gradus::channel{}.columns(cols));
    }
}
