// SPDX-License-Identifier: MIT
// What bits would do if they came in fractions: a cross-check for discrete answers.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

struct water_level {
    std::vector<double> bits;  ///< [items], per weight
    double distortion;         ///< sum of n_i v_i 4^-b_i
};

/// The continuous optimum of bits per weight, where item i has n_i weights and loses n_i v_i
/// 4^-b_i:
///
///     b_i = clamp(log2(v_i / level) / 2, least, most),   sum n_i b_i = average sum n_i
///
/// With bounds that do not bind, b_i = average + log2(v_i / geometric mean of v) / 2. Items with
/// v = 0 get `least` bits. The level is found by bisection to 1e-12 bit.
///
/// Source: Cover, Thomas 2006, section 10.3.3 (reverse water-filling). With integer widths the loss
///         is at most 1.264 times as much: the largest ratio of the chord of 4^-b to 4^-b.
[[nodiscard]] inline water_level fill_water(std::span<const double> v,        // [items], at least 0
                                            std::span<const double> weights,  // [items], above 0
                                            double average,                   // in [least, most]
                                            double least,
                                            double most) {
    GRADUS_EXPECT(v.size() == weights.size() && least <= average && average <= most);
    water_level found{std::vector<double>(v.size()), 0.0};
    double wanted = 0.0;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (index_t i = 0; i < v.size(); ++i) {
        wanted += weights[i] * average;
        if (v[i] > 0.0) {
            low = std::min(low, 0.5 * std::log2(v[i]) - most);
            high = std::max(high, 0.5 * std::log2(v[i]) - least);
        }
    }
    const auto spend = [&](double half_log_level) {
        double spent = 0.0;
        for (index_t i = 0; i < v.size(); ++i) {
            const double ideal = v[i] > 0.0 ? 0.5 * std::log2(v[i]) - half_log_level : least;
            found.bits[i] = std::clamp(ideal, least, most);
            spent += weights[i] * found.bits[i];
        }
        return spent;
    };
    while (high - low > 1e-12 * std::max(1.0, std::abs(high) + std::abs(low))) {
        const double middle = 0.5 * (low + high);
        (spend(middle) > wanted ? low : high) = middle;
    }
    spend(high);
    for (index_t i = 0; i < v.size(); ++i) {
        found.distortion += weights[i] * v[i] * std::exp2(-2.0 * found.bits[i]);
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
