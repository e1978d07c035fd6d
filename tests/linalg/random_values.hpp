// SPDX-License-Identifier: MIT
// Values between -1 and 1 for tests of products and factors.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <cstdint>
#include <vector>

namespace gradus::test {

/// Multiples of 2^-8, so that short sums of products are exact in any order and any type.
template <class T> std::vector<T> random_values(index_t count, std::uint64_t seed) {
    std::vector<T> values(count);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (T& value : values) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        value = static_cast<T>(static_cast<double>(state >> 55) / 256.0 - 1.0);
    }
    return values;
}

}  // namespace gradus::test
