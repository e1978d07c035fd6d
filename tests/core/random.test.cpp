// SPDX-License-Identifier: MIT
// Counter-based random numbers: published values, keys, uniformity.
#include "seed.hpp"

#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <set>
#include <vector>

namespace {

using gradus::mix64;
using gradus::random_key;

// SplitMix64 started at state 0 steps the state by the golden ratio, which mix64 adds itself: these
// are the first outputs of the reference implementation.
constexpr std::uint64_t golden = 0x9e3779b97f4a7c15u;
static_assert(mix64(0) == 0xe220a8397b1dcdafu);
static_assert(mix64(golden) == 0x6e789e6aa1b965f4u);
static_assert(mix64(2 * golden) == 0x06c45d188009454fu);

static_assert(random_key::of(1, 2, 3).word == random_key::of(1, 2, 3).word);

/// Inverts x ^ (x >> s).
constexpr std::uint64_t unshift(std::uint64_t y, int s) {
    std::uint64_t x = y;
    for (int known = s; known < 64; known += s) {
        x = y ^ (x >> s);
    }
    return x;
}

/// Inverts multiplication by an odd number, by Newton's iteration modulo 2^64.
constexpr std::uint64_t reciprocal(std::uint64_t a) {
    std::uint64_t x = a;
    for (int i = 0; i < 6; ++i) {
        x *= 2 - a * x;
    }
    return x;
}

constexpr std::uint64_t unmix64(std::uint64_t y) {
    y = unshift(y, 31) * reciprocal(0x94d049bb133111ebu);
    y = unshift(y, 27) * reciprocal(0xbf58476d1ce4e5b9u);
    return unshift(y, 30) - golden;
}

constexpr std::uint32_t unmix32(std::uint32_t y) {
    const auto undo = [](std::uint32_t z, int s) {
        std::uint32_t x = z;
        for (int known = s; known < 32; known += s) {
            x = z ^ (x >> s);
        }
        return x;
    };
    // A reciprocal modulo 2^64 is one modulo 2^32.
    y = undo(y, 15) * static_cast<std::uint32_t>(reciprocal(0xd35a2d97u));
    y = undo(y, 15) * static_cast<std::uint32_t>(reciprocal(0x21f0aaadu));
    return undo(y, 16);
}

}  // namespace

TEST_CASE("mix64 can be inverted, so it is a bijection") {
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        const std::uint64_t x = i * 0x123456789abcdefu + gradus::test::seed();
        REQUIRE(unmix64(mix64(x)) == x);
    }
}

TEST_CASE("mix32 can be inverted, so it is a bijection, at run time as in constants") {
    constexpr std::uint32_t first = gradus::mix32(1u);
    volatile std::uint32_t one = 1;
    CHECK(gradus::mix32(static_cast<std::uint32_t>(one)) == first);
    CHECK(gradus::mix32(0u) == 0);  // its one fixed point by construction
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const std::uint32_t x = i * 0x9e3779b9u + static_cast<std::uint32_t>(gradus::test::seed());
        REQUIRE(unmix32(gradus::mix32(x)) == x);
    }
}

TEST_CASE("one flipped bit of a 32-bit word flips about half of the output bits") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = random_key::of(gradus::test::seed(), 13);
    for (int bit = 0; bit < 32; ++bit) {
        double flipped = 0;
        constexpr int trials = 4000;
        for (std::uint64_t i = 0; i < trials; ++i) {
            const auto x = static_cast<std::uint32_t>(key.bits(i));
            flipped += std::popcount(gradus::mix32(x) ^ gradus::mix32(x ^ (1u << bit)));
        }
        CHECK(std::fabs(flipped / trials - 16) < 0.4);
    }
}

TEST_CASE("one flipped input bit flips about half of the output bits") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = random_key::of(gradus::test::seed(), 10);
    for (int bit = 0; bit < 64; ++bit) {
        double flipped = 0;
        constexpr int trials = 2000;
        for (std::uint64_t i = 0; i < trials; ++i) {
            const std::uint64_t x = key.bits(i);
            flipped += std::popcount(mix64(x) ^ mix64(x ^ (std::uint64_t{1} << bit)));
        }
        // The mean of 2000 x 64 fair coins has standard deviation 4 / sqrt(2000) = 0.09.
        CHECK(std::fabs(flipped / trials - 32) < 0.6);
    }
}

TEST_CASE("keys that differ in seed or index give different streams") {
    std::set<std::uint64_t> words;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        for (std::uint64_t a = 0; a < 20; ++a) {
            for (std::uint64_t b = 0; b < 20; ++b) {
                words.insert(random_key::of(seed, a, b).word);
            }
        }
    }
    CHECK(words.size() == 4000);
    CHECK(random_key::of(1, 2, 3).word != random_key::of(1, 3, 2).word);
    CHECK(random_key::of(1).bits(0) != random_key::of(1).bits(1));
}

TEST_CASE("uniform lies in [0, 1), on a grid of 2^-53, evenly spread") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = random_key::of(gradus::test::seed(), 11);
    constexpr std::uint64_t draws = 160'000;
    constexpr std::size_t bins = 16;
    std::array<double, bins> count{};
    double sum = 0;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const double u = key.uniform(i);
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        REQUIRE(std::floor(u * 0x1p53) == u * 0x1p53);
        sum += u;
        count[static_cast<std::size_t>(u * bins)] += 1;
    }
    CHECK(std::fabs(sum / draws - 0.5) < 6 / std::sqrt(12.0 * draws));
    double chi2 = 0;
    for (const double c : count) {
        const double expected = static_cast<double>(draws) / bins;
        chi2 += (c - expected) * (c - expected) / expected;
    }
    CHECK(chi2 < 60);  // 15 degrees of freedom: probability below 1e-6
}

TEST_CASE("below(n) reaches every number under n and no other") {
    const auto key = random_key::of(gradus::test::seed(), 12);
    for (const std::uint64_t n : {1u, 2u, 3u, 7u, 10u, 64u, 100u}) {
        std::vector<int> seen(n, 0);
        for (std::uint64_t i = 0; i < 3000; ++i) {
            const std::uint64_t k = key.below(n, i);
            REQUIRE(k < n);
            ++seen[k];
        }
        for (const int s : seen) {
            CHECK(s > 0);
        }
    }
    for (std::uint64_t i = 0; i < 1000; ++i) {
        REQUIRE(key.below(0xffffffffu, i) < 0xffffffffu);
    }
}
