// SPDX-License-Identifier: MIT
// Hashes of quantized bytes: the same numbers from every compiler, instruction set and contraction.
#pragma once

#include "weights.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/io/checksum.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace gradus::test {

/// A fixed matrix by integer arithmetic and powers of two alone: bell-shaped values of 22 random
/// bits, rows of different size, a row of zeros, columns that stand out.
inline weights fixed_weights() {
    weights w{37, 172};
    const auto key = random_key::of(20240229, 7);
    for (index_t r = 0; r < w.rows; ++r) {
        for (index_t c = 0; c < w.cols; ++c) {
            const std::uint64_t word = key.bits(r * w.cols + c);
            std::int32_t sum = -(1 << 17) + 40'000;  // skewed a little
            for (int part = 0; part < 4; ++part) {
                sum += static_cast<std::int32_t>((word >> (16 * part)) & 0xffffu);
            }
            const auto low = static_cast<std::int32_t>(key.bits(100'000 + r * w.cols + c) & 15u);
            const float size = static_cast<float>(1u << (r % 4)) * (c % 43 == 11 ? 4.0f : 1.0f);
            w(r, c) = r == 20 ? 0.0f : static_cast<float>(16 * sum + low) * size * 0x1p-26f;
        }
    }
    return w;
}

inline std::vector<float> fixed_importance() {
    std::vector<float> importance(172);
    for (index_t c = 0; c < importance.size(); ++c) {
        importance[c] = static_cast<float>(1 + c * 29 % 23) * 0.125f;
    }
    return importance;
}

/// The checksum of a recipe's bytes, and of its levels where they are trained.
template <class L, class Range, class R>
std::string stored_hash(const recipe<L, Range, R>& how, bool weighted = false) {
    const weights w = fixed_weights();
    const std::vector<float> importance = fixed_importance();
    thread_pool threads{2};
    const auto packed = quantize(w, how, weighted ? floats{importance} : floats{}, threads);
    REQUIRE(packed);
    checksum sum;
    sum.add(packed.value().bytes());
    if constexpr (L::codebook == codebook_scope::matrix) {
        for (const float level : packed.value().map().levels) {
            const std::uint16_t bits = f16::from(level).bits;
            sum.add(std::as_bytes(std::span{&bits, 1}));
        }
    }
    return sum.text().substr(8);
}

}  // namespace gradus::test
