// SPDX-License-Identifier: MIT
// Random numbers without state: a hash of a key and a counter.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {

/// The finaliser of SplitMix64: a bijection of 64-bit words with full avalanche.
/// Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
[[nodiscard]] GRADUS_INLINE constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A bijection of 32-bit words with nearly full avalanche; `Word` is one word or a vector of them.
/// Source: Ettinger 2018 and Wellons 2018, the search for low-bias 32-bit hash functions.
template <class Word> [[nodiscard]] GRADUS_INLINE constexpr Word mix32(Word x) noexcept {
    x = (x ^ (x >> 16)) * 0x21f0aaadu;
    x = (x ^ (x >> 15)) * 0xd35a2d97u;
    return x ^ (x >> 15);
}

/// What a stream of random numbers is keyed by. Equal keys give equal streams, whoever draws.
struct random_key {
    std::uint64_t word;

    [[nodiscard]] GRADUS_INLINE static constexpr random_key
    of(std::uint64_t seed, std::uint64_t a = 0, std::uint64_t b = 0) noexcept {
        return {mix64(mix64(mix64(seed) ^ a) ^ b)};
    }

    /// 64 random bits for one counter value.
    [[nodiscard]] GRADUS_INLINE constexpr std::uint64_t bits(std::uint64_t counter) const noexcept {
        return mix64(word ^ mix64(counter));
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    [[nodiscard]] GRADUS_INLINE constexpr double uniform(std::uint64_t counter) const noexcept {
        return static_cast<double>(bits(counter) >> 11) * 0x1p-53;
    }

    /// Uniform in {0, ..., n - 1} for n < 2^32; the bias is below n / 2^32.
    [[nodiscard]] GRADUS_INLINE constexpr std::uint64_t
    below(std::uint64_t n, std::uint64_t counter) const noexcept {
        return ((bits(counter) >> 32) * n) >> 32;
    }
};

}  // namespace gradus
