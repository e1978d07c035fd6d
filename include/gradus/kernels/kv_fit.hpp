// SPDX-License-Identifier: MIT
// Scale and base of one vector of cached values.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/core/real.hpp>
#include <gradus/simd/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace gradus {

/// How the scale of a vector with a codebook follows from its values. Evenly spaced codes always
/// use the range.
enum class kv_normalization : std::uint8_t {
    range,    ///< base (lo + hi) / 2, scale (hi - lo) / 2; centered: scale max |x|
    extreme,  ///< centered: scale x of the largest |x|, so that this x is at +1; else as `range`
    moments,  ///< base mean, scale standard deviation; centered: scale root mean square
};

struct kv_fit {
    kv_normalization normalization = kv_normalization::range;
    int shrinks = 0;  ///< also tries ranges smaller by 1/32, ..., shrinks/32; keeps the least error
};

inline namespace GRADUS_ISA {

/// Sums in double, in the order of the values: the same bits everywhere, as the square of a float
/// is exact there.
struct kv_moments {
    float lo = 0.0f;
    float hi = 0.0f;
    double mean = 0.0;
    double square = 0.0;  ///< mean of the squares

    [[nodiscard]] double deviation() const {
        return std::sqrt(std::max(0.0, square - rounded(mean * mean)));
    }
};

/// Lowest and highest; a zero is +0.
[[nodiscard]] inline interval kv_range_of(floats x) {
    if (x.empty()) { return {0.0f, 0.0f}; }
    index_t i = 0;
    interval ends{x[0], x[0]};
    if (x.size() >= simd::lanes) {
        auto lo = simd::f32x16::load(x.data());
        auto hi = lo;
        for (i = simd::lanes; i + simd::lanes <= x.size(); i += simd::lanes) {
            const auto v = simd::f32x16::load(&x[i]);
            lo = least(lo, v);
            hi = greatest(hi, v);
        }
        ends = {0.0f - simd::largest_lane(simd::f32x16(0.0f) - lo), simd::largest_lane(hi)};
    }
    for (; i < x.size(); ++i) {
        ends.lo = std::min(ends.lo, x[i]);
        ends.hi = std::max(ends.hi, x[i]);
    }
    return {ends.lo + 0.0f, ends.hi + 0.0f};
}

/// `sums` false: only the ends.
[[nodiscard]] inline kv_moments kv_moments_of(floats x, bool sums = true) {
    kv_moments m;
    const interval ends = kv_range_of(x);
    m.lo = ends.lo;
    m.hi = ends.hi;
    if (x.empty() || !sums) { return m; }
    double sum = 0.0;
    double squares = 0.0;
    for (const float v : x) {
        sum += static_cast<double>(v);
        squares += static_cast<double>(v) * static_cast<double>(v);
    }
    m.mean = sum / static_cast<double>(x.size());
    m.square = squares / static_cast<double>(x.size());
    return m;
}

/// The finite f16 nearest to x.
[[nodiscard]] inline f16 finite_f16(float x) {
    constexpr float largest = 65504.0f;
    return f16::from(std::clamp(x, -largest, largest));
}

/// As stored.
struct kv_grid {
    f16 scale;
    f16 base;
};

/// The grid of evenly spaced codes: lo is code 0 and hi the last code (centered: -m and m).
[[nodiscard]] inline kv_grid
fit_even_grid(const kv_moments& m, bool centered, int width, float shrink) {
    if (width == 0) { return {f16{0}, finite_f16(static_cast<float>(m.mean))}; }
    const auto steps = static_cast<float>((1 << width) - 1);
    if (centered) {
        const float most = std::max(std::abs(m.lo), std::abs(m.hi));
        return {finite_f16(rounded(most * shrink) * 2.0f / steps), f16{0}};
    }
    const float cut = 0.5f * (1.0f - shrink);
    const float range = m.hi - m.lo;
    const f16 base = finite_f16(m.lo + rounded(range * cut));
    const float top = m.hi - rounded(range * cut);
    return {finite_f16(std::max(0.0f, top - base.value()) / steps), base};
}

/// The grid of a codebook whose levels lie in [-1, 1], or (moments) have unit variance.
[[nodiscard]] inline kv_grid
fit_level_grid(const kv_moments& m, bool centered, kv_normalization rule, float shrink) {
    float base = 0.0f;
    float scale = 0.0f;
    if (rule == kv_normalization::moments) {
        base = centered ? 0.0f : static_cast<float>(m.mean);
        scale = static_cast<float>(centered ? std::sqrt(m.square) : m.deviation());
    } else if (centered) {
        const bool negative = -m.lo > m.hi;
        scale = std::max(-m.lo, m.hi);
        if (negative && rule == kv_normalization::extreme) { scale = -scale; }
    } else {
        base = 0.5f * (m.lo + m.hi);
        scale = 0.5f * (m.hi - m.lo);
    }
    return {finite_f16(rounded(scale * shrink)), finite_f16(base)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
