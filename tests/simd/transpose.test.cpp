// SPDX-License-Identifier: MIT
// Squares of bytes by quads and by rows: every byte where the order says, and back.
#include <gradus/simd/transpose.hpp>

#include <doctest/doctest.h>

using namespace gradus;

TEST_CASE("byte squares go from quads to rows and back") {
    code_t by_quads[256];
    for (index_t r = 0; r < 16; ++r) {
        for (index_t c = 0; c < 16; ++c) {
            by_quads[64 * (c / 4) + 4 * r + c % 4] = static_cast<code_t>(16 * r + c);
        }
    }
    code_t by_rows[256];
    const simd::byte_square rows = transposed(simd::byte_square::load(by_quads));
    rows.store(by_rows);
    for (index_t r = 0; r < 16; ++r) {
        for (index_t c = 0; c < 16; ++c) {
            CHECK(by_rows[simd::row_in_square(r) + c] == 16 * r + c);
        }
    }
    code_t back[256];
    transposed(rows).store(back);
    CHECK(std::memcmp(back, by_quads, sizeof back) == 0);
}
