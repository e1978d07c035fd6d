// SPDX-License-Identifier: MIT
// The order of codes in a block: a bijection; four columns of sixteen rows are 64 codes in a row.
#include <gradus/layout/code_order.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gradus::code_position;
using gradus::index_t;

// 2 rows by 6 columns: a whole quad of both rows, then what is left of them.
static_assert(code_position(0, 0, 2, 6) == 0 && code_position(0, 3, 2, 6) == 3);
static_assert(code_position(1, 0, 2, 6) == 4 && code_position(1, 3, 2, 6) == 7);
static_assert(code_position(0, 4, 2, 6) == 8 && code_position(0, 5, 2, 6) == 9);
static_assert(code_position(1, 4, 2, 6) == 10 && code_position(1, 5, 2, 6) == 11);

}  // namespace

TEST_CASE("every code of a block has a place of its own, and no place is left over") {
    for (index_t height = 1; height <= 16; ++height) {
        for (index_t columns = 1; columns <= 40; ++columns) {
            std::vector<int> taken(height * columns);
            for (index_t r = 0; r < height; ++r) {
                for (index_t c = 0; c < columns; ++c) {
                    const index_t at = code_position(r, c, height, columns);
                    REQUIRE(at < taken.size());
                    taken[at] += 1;
                }
            }
            for (const int times : taken) {
                REQUIRE(times == 1);
            }
        }
    }
}

TEST_CASE("quads are whole: the place of a code does not depend on the columns after its quad") {
    for (index_t c = 0; c < 32; ++c) {
        for (index_t r = 0; r < 16; ++r) {
            CHECK(code_position(r, c, 16, 32) == 64 * (c / 4) + 4 * r + c % 4);
            CHECK(code_position(r, c, 16, 32) == code_position(r, c, 16, c / 4 * 4 + 4));
        }
    }
}

TEST_CASE("a single row keeps its order") {
    for (index_t c = 0; c < 513; ++c) {
        CHECK(code_position(0, c, 1, 513) == c);
    }
}
