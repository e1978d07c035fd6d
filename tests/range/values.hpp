// SPDX-License-Identifier: MIT
// Samples to find ranges for, and the loss of a grid by definition, in double.
#pragma once

#include "seed.hpp"

#include <gradus/concepts/mapping.hpp>
#include <gradus/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace gradus::test {

inline std::vector<float> normal_sample(index_t n, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x72616e6765u, stream);
    std::vector<float> values(n);
    for (index_t i = 0; i < n; ++i) {
        const double radius = std::sqrt(-2 * std::log(1 - key.uniform(2 * i)));
        const double angle = 2 * 3.14159265358979323846 * key.uniform(2 * i + 1);
        values[i] = static_cast<float>(radius * std::cos(angle));
    }
    return values;
}

inline std::vector<float> uniform_sample(index_t n, double lo, double hi, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x756e69666f726du, stream);
    std::vector<float> values(n);
    for (index_t i = 0; i < n; ++i) {
        values[i] = static_cast<float>(lo + (hi - lo) * key.uniform(i));
    }
    return values;
}

/// sum w |x - nearest level|^norm, trying every level.
template <mapping M>
double exact_loss(const M& map, typename M::params p, floats values, floats weights, double norm) {
    int first = 0;
    if constexpr (requires { M::first_code; }) { first = M::first_code; }
    double sum = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        double least = std::numeric_limits<double>::infinity();
        for (int c = first; c < M::codes; ++c) {
            const auto level = static_cast<double>(map.decode(static_cast<code_t>(c), p));
            least = std::min(least, std::fabs(static_cast<double>(values[i]) - level));
        }
        sum += (weights.empty() ? 1.0 : static_cast<double>(weights[i])) * std::pow(least, norm);
    }
    return sum;
}

}  // namespace gradus::test
