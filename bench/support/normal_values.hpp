// SPDX-License-Identifier: MIT
// Numbers as weights and activations have them.
#pragma once

#include <gradus/core/random.hpp>

#include <cmath>
#include <numbers>
#include <vector>

namespace gradus_bench {

/// `count` normal numbers of standard deviation `deviation` (Box and Muller 1958); the same seed
/// gives the same numbers.
inline std::vector<float>
normal_values(std::uint64_t seed, gradus::index_t count, double deviation) {
    const auto key = gradus::random_key::of(seed);
    std::vector<float> drawn(count);
    for (gradus::index_t i = 0; i < count; ++i) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - key.uniform(2 * i)));
        const double angle = 2.0 * std::numbers::pi * key.uniform(2 * i + 1);
        drawn[i] = static_cast<float>(deviation * radius * std::cos(angle));
    }
    return drawn;
}

}  // namespace gradus_bench
