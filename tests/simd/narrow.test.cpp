// SPDX-License-Identifier: MIT
// Words to bytes in stored order: rounding, saturation, and every code where the order says.
#include <gradus/simd/narrow.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace gradus;

TEST_CASE("floats go to the nearest integers, ties to even, and back") {
    const float x[16] = {0.5f,   1.5f, -0.5f, -1.5f,      2.4999998f, 254.5f, 255.5f, -0.0f,
                         -70.6f, 1e6f, 3.0f,  8388607.0f, -2.5f,      7.49f,  0.0f,   -3e5f};
    const std::int32_t nearest[16] = {0,   2,       0, -2,      2,  254, 256, 0,
                                      -71, 1000000, 3, 8388607, -2, 7,   0,   -300000};
    std::int32_t words[16];
    const simd::u32x16 found = simd::nearest_words(simd::f32x16::load(x));
    found.store(words);
    CHECK(std::equal(words, words + 16, nearest));
    float back[16];
    simd::from_words(found).store(back);
    CHECK(std::equal(back, back + 16, nearest));
}

TEST_CASE("the greater magnitude") {
    const float size[16] = {0.0f, 1.0f, 2.0f};
    const float x[16] = {-0.5f, -0.5f, -3.0f, 4.0f};
    float found[16];
    simd::greatest_magnitude(simd::f32x16::load(size), simd::f32x16::load(x)).store(found);
    CHECK(
        std::equal(found, found + 4, std::initializer_list<float>{0.5f, 1.0f, 3.0f, 4.0f}.begin()));
}

TEST_CASE("sixteen rows of words become quads of bytes, saturated") {
    std::int32_t words[16][16];
    for (int r = 0; r < 16; ++r) {
        for (int c = 0; c < 16; ++c) {
            words[r][c] = 17 * r + 5 * c - 30;
        }
    }
    words[3][5] = -2147483647 - 1;
    words[4][7] = 100000;
    simd::byte_register rows[4][simd::parts];
    for (index_t k = 0; k < 4; ++k) {
        const simd::u32x16 four[4] = {
            simd::u32x16::load(words[4 * k]), simd::u32x16::load(words[4 * k + 1]),
            simd::u32x16::load(words[4 * k + 2]), simd::u32x16::load(words[4 * k + 3])};
        simd::narrowed(four, rows[k]);
    }
    code_t quads[256];
    simd::quads_of(rows).store(quads);
    int faults = 0;
    for (index_t r = 0; r < 16; ++r) {
        for (index_t c = 0; c < 16; ++c) {
            faults += quads[64 * (c / 4) + 4 * r + c % 4] != std::clamp(words[r][c], 0, 255);
        }
    }
    CHECK(faults == 0);
}
