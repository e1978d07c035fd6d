// SPDX-License-Identifier: MIT
// Softmax and its logarithm over one row of floats.
#pragma once

#include <gradus/kernels/f32_dot.hpp>
#include <gradus/kernels/f32_exp.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// The largest value; NaN is passed over.
[[nodiscard]] inline float largest(floats x) {
    constexpr float nothing = -std::numeric_limits<float>::infinity();
    simd::f32x16 best{nothing};
    const index_t n = x.size();
    index_t i = 0;
    for (; i + simd::lanes <= n; i += simd::lanes) {
        best = greatest(simd::f32x16::load(&x[i]), best);
    }
    float lanes[simd::lanes];
    best.store(lanes);
    float result = *std::max_element(lanes, lanes + simd::lanes);
    for (; i < n; ++i) {
        result = std::max(result, x[i]);
    }
    return result;
}

/// x_i = exp(x_i - shift); returns the sum. -infinity becomes an exact zero.
/// Sums of 64 terms a lane are added up in f64, so the error does not grow with n.
inline double exponentiate(std::span<float> x, float shift) {
    constexpr index_t run = 64 * simd::lanes;
    double total = 0.0;
    for (index_t first = 0; first < x.size(); first += run) {
        const std::span<float> part = x.subspan(first, std::min(run, x.size() - first));
        map_lanes(part, part, [shift](const simd::f32x16& v) { return exponential(v - shift); });
        simd::f32x16 lane_sums{0.0f};
        index_t i = 0;
        for (; i + simd::lanes <= part.size(); i += simd::lanes) {
            lane_sums = lane_sums + simd::f32x16::load(&part[i]);
        }
        if (i < part.size()) { lane_sums = lane_sums + load_first(&part[i], part.size() - i); }
        total += static_cast<double>(sum(lane_sums));
    }
    return total;
}

/// log sum_i exp(x_i); `scratch` has the size of x.
/// Error:  about 1e-7 absolute, beside the rounding of x_i - max.
[[nodiscard]] inline double log_sum_exp(floats x, std::span<float> scratch) {
    GRADUS_EXPECT(x.size() == scratch.size() && !x.empty());
    const float top = largest(x);
    std::copy(x.begin(), x.end(), scratch.begin());
    return static_cast<double>(top) + std::log(exponentiate(scratch, top));
}

/// Logits to log-probabilities, in place.
inline void log_softmax(std::span<float> x, std::span<float> scratch) {
    const double shift = log_sum_exp(x, scratch);
    for (float& value : x) {
        value = static_cast<float>(static_cast<double>(value) - shift);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
