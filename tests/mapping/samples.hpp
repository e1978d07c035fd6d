// SPDX-License-Identifier: MIT
// Random samples of known distributions.
#pragma once

#include "seed.hpp"

#include <gradus/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace gradus::test {

/// Standard normal numbers, by Box and Muller.
inline std::vector<float> normal_sample(index_t n, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x6e6f726d616cu, stream);
    std::vector<float> values(n);
    for (index_t i = 0; i < n; ++i) {
        const double radius = std::sqrt(-2 * std::log(1 - key.uniform(2 * i)));
        const double angle = 2 * 3.14159265358979323846 * key.uniform(2 * i + 1);
        values[i] = static_cast<float>(radius * std::cos(angle));
    }
    return values;
}

/// Numbers of density exp(-|x|) / 2.
inline std::vector<float> laplace_sample(index_t n, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x6c61706c616365u, stream);
    std::vector<float> values(n);
    for (index_t i = 0; i < n; ++i) {
        const double size = -std::log(1 - key.uniform(2 * i));
        values[i] = static_cast<float>(key.uniform(2 * i + 1) < 0.5 ? -size : size);
    }
    return values;
}

/// Values in units of the largest of their group of 64, as training sees them.
inline std::vector<float> normalised(std::vector<float> values) {
    for (std::size_t first = 0; first < values.size(); first += 64) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end =
            begin + static_cast<std::ptrdiff_t>(std::min<std::size_t>(64, values.size() - first));
        const float outermost = *std::max_element(
            begin, end, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
        std::transform(begin, end, begin, [=](float x) { return x / outermost; });
    }
    return values;
}

}  // namespace gradus::test
