// SPDX-License-Identifier: MIT
// Bytes to words and back.
#include "lane_values.hpp"

#include <gradus/simd/widen.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using gradus::code_t;
using gradus::index_t;
using namespace gradus::test;

}  // namespace

TEST_CASE("every byte in every lane widens to its own value and comes back") {
    std::array<code_t, 256 + 16> bytes{};
    for (index_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<code_t>(i % 256);
    }
    for (index_t first = 0; first < 256; ++first) {  // unaligned as well
        const gradus::simd::u32x16 wide = gradus::simd::load_codes(bytes.data() + first);
        const word_lanes words = lanes_in(wide);
        for (index_t i = 0; i < 16; ++i) {
            REQUIRE(words[i] == (first + i) % 256);
        }
        std::array<code_t, 18> stored{};
        stored.fill(99);
        gradus::simd::store_codes(wide, stored.data() + 1);
        REQUIRE(stored.front() == 99);
        REQUIRE(stored.back() == 99);
        for (index_t i = 0; i < 16; ++i) {
            REQUIRE(stored[i + 1] == bytes[first + i]);
        }
    }
}

TEST_CASE("the lowest byte of each word is its code") {
    gradus::code_t codes[16];
    for (int i = 0; i < 16; ++i) {
        codes[i] = static_cast<gradus::code_t>(251 - 13 * i);
    }
    const word_lanes found = lanes_in(gradus::simd::load_low_bytes(codes));
    for (gradus::index_t i = 0; i < 16; ++i) {
        CHECK((found[i] & 255u) == codes[i]);
    }
}
