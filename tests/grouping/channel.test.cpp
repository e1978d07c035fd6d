// SPDX-License-Identifier: MIT
// One grid a row.
#include <gradus/grouping/channel.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::channel;

static_assert(gradus::grouping<channel>);
static_assert(gradus::name_of<channel>() == "channel");
static_assert(!channel::spans_rows);

}  // namespace

TEST_CASE("a group is the whole row, however long") {
    for (const gradus::index_t cols : {0u, 1u, 172u, 288u, 352u, 11'008u}) {
        CHECK(channel{}.columns(cols) == cols);
    }
}
