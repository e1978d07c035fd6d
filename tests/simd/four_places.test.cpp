// SPDX-License-Identifier: MIT
// Numbers of 2:4 to places, number by number.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/simd/four_places.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace gradus;
using gradus::test::seed;

TEST_CASE("numbers of three bits name two places of four each") {
    INFO("GRADUS_SEED=", seed());
    constexpr unsigned places[] = {0b0011, 0b0101, 0b0110, 0b1001, 0b1010, 0b1100};
    for (index_t i = 0; i < 200; ++i) {
        const auto key = random_key::of(seed(), 0x66u, i);
        std::vector<unsigned> drawn(128);
        std::vector<std::byte> numbers(48);
        for (index_t k = 0; k < 128; ++k) {
            drawn[k] = static_cast<unsigned>(key.below(6, k));
            for (index_t bit = 0; bit < 3; ++bit) {
                const index_t at = 3 * k + bit;
                numbers[at / 8] |= static_cast<std::byte>(((drawn[k] >> bit) & 1u) << (at % 8));
            }
        }
        alignas(64) std::uint64_t words[8];
        simd::places_of_units(numbers.data(), words);
        for (index_t k = 0; k < 128; ++k) {
            REQUIRE(((words[k / 16] >> (4 * (k % 16))) & 15u) == places[drawn[k]]);
        }
        for (index_t u = 0; u < 8; ++u) {
            CHECK(simd::places_of_sixteen(numbers.data() + 6 * u) == words[u]);
        }
    }
}
