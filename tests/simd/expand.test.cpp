// SPDX-License-Identifier: MIT
// Survivors to their places, byte by byte.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/simd/expand.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;
using gradus::test::seed;

/// Random places, few or many of them, and all and none.
std::uint64_t places_at(index_t i) {
    const auto key = random_key::of(seed(), 0x65u, i);
    const std::uint64_t a = key.bits(0);
    const std::uint64_t b = key.bits(1);
    switch (i % 5) {
    case 0:
        return a;
    case 1:
        return a & b;
    case 2:
        return a | b;
    case 3:
        return ~std::uint64_t{0} << (i % 64);
    default:
        return i % 2 == 0 ? 0 : ~std::uint64_t{0};
    }
}

}  // namespace

TEST_CASE("each place takes the next survivor, and the others keep what they are") {
    std::vector<code_t> survivors(128);
    std::vector<code_t> rest(64);
    for (index_t i = 0; i < 128; ++i) {
        survivors[i] = static_cast<code_t>(i + 1);
    }
    for (index_t i = 0; i < 64; ++i) {
        rest[i] = static_cast<code_t>(192 + i);
    }
    for (index_t i = 0; i < 400; ++i) {
        const std::uint64_t places = places_at(i);
        const code_t* from = survivors.data() + i % 64;
        alignas(64) code_t out[64];
        CHECK(simd::expand(from, places, rest.data(), out) == from + std::popcount(places));
        index_t next = 0;
        for (index_t k = 0; k < 64; ++k) {
            const bool survives = ((places >> k) & 1u) != 0;
            REQUIRE(out[k] == (survives ? from[next] : rest[k]));
            next += survives ? 1u : 0u;
        }
    }
}
