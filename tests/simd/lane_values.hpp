// SPDX-License-Identifier: MIT
// Inputs for sixteen lanes: random numbers mixed with the awkward ones; and a check lane by lane.
#pragma once

#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/simd/batch.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace gradus::test {

using float_lanes = std::array<float, simd::lanes>;
using word_lanes = std::array<std::uint32_t, simd::lanes>;

inline constexpr std::array awkward{0.0f,
                                    -0.0f,
                                    0.5f,
                                    -0.5f,
                                    1.5f,
                                    2.5f,
                                    -2.5f,
                                    0.49999997f,
                                    8388609.0f,
                                    -16777216.0f,
                                    1e-45f,
                                    -1e-40f,
                                    std::numeric_limits<float>::max(),
                                    std::numeric_limits<float>::infinity(),
                                    -std::numeric_limits<float>::infinity(),
                                    std::numeric_limits<float>::quiet_NaN()};

/// Batch `n`: every third lane is awkward, in changing company; the others spread over 20 octaves.
inline float_lanes some_floats(std::uint64_t n, bool finite = false) {
    const auto key = random_key::of(seed(), 0x666c6f6174u, n);
    float_lanes values{};
    for (index_t i = 0; i < values.size(); ++i) {
        const double size = std::exp2(20 * key.uniform(3 * i) - 10);
        values[i] = static_cast<float>(key.uniform(3 * i + 1) < 0.5 ? -size : size);
        const float odd = awkward[key.below(awkward.size(), 3 * i + 2)];
        if (i % 3 == 0 && (!finite || std::isfinite(odd))) { values[i] = odd; }
    }
    return values;
}

inline word_lanes some_words(std::uint64_t n, std::uint64_t below = 0x100000000u) {
    const auto key = random_key::of(seed(), 0x776f7264u, n);
    word_lanes words{};
    for (index_t i = 0; i < words.size(); ++i) {
        const std::uint64_t word = (key.bits(i) >> 32) * below >> 32;
        words[i] = static_cast<std::uint32_t>(word);
    }
    return words;
}

inline simd::f32x16 batch_of(const float_lanes& values) {
    return simd::f32x16::load(values.data());
}

inline simd::u32x16 batch_of(const word_lanes& words) {
    return simd::u32x16::load(words.data());
}

inline float_lanes lanes_in(const simd::f32x16& batch) {
    float_lanes values{};
    batch.store(values.data());
    return values;
}

inline word_lanes lanes_in(const simd::u32x16& batch) {
    word_lanes words{};
    batch.store(words.data());
    return words;
}

/// The same bits, or both not a number (whose payload is nobody's promise).
inline bool same(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

inline bool same(const float_lanes& a, const float_lanes& b) {
    for (index_t i = 0; i < a.size(); ++i) {
        if (!same(a[i], b[i])) { return false; }
    }
    return true;
}

}  // namespace gradus::test
