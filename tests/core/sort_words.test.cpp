// SPDX-License-Identifier: MIT
// Words in order, whatever they share.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/core/sort_words.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace gradus;

TEST_CASE("words of any distribution end in ascending order, none lost") {
    INFO("GRADUS_SEED=", test::seed());
    const auto key = random_key::of(test::seed(), 0x736f7274u, 0u);
    const std::uint64_t masks[] = {
        ~std::uint64_t{0},     0, 1, 0xffff, std::uint64_t{0xfff} << 52, 0x8000000080000000u,
        std::uint64_t{7} << 31};
    for (const index_t size : {0u, 1u, 2u, 100u, 2047u, 2048u, 5000u, 70000u}) {
        for (const std::uint64_t mask : masks) {
            std::vector<std::uint64_t> words(size);
            for (index_t i = 0; i < size; ++i) {
                words[i] = key.bits(i) & mask;
            }
            std::vector<std::uint64_t> expected = words;
            std::sort(expected.begin(), expected.end());
            sort_words(words);
            CHECK(words == expected);
        }
    }
}
