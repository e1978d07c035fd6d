// SPDX-License-Identifier: MIT
// The bracket of a value among levels that are not evenly spaced.
#pragma once

#include <gradus/core/real.hpp>

#include <array>
#include <limits>

namespace gradus::codebook_grid {

/// `levels` ascend; z is the value in units of the scale. Bisection finds the last level at or
/// below z in log2(Codes) steps, each a table lookup (in registers up to 32 levels).
/// t grows linearly from one level to the next, so that 1/2 is the midpoint between them.
template <class Real, int Codes>
[[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real z, const float* levels) noexcept {
    using word = typename lanes_of<Real>::word;
    word lower(0u);
    for (std::uint32_t step = Codes / 2; step > 0; step /= 2) {
        const word next = lower + word(step);
        lower = either(level_at<Real, Codes>(levels, next) <= z, next, lower);
    }
    // The last code is never `lower`: a value beyond the top level has t = 1 below it.
    const Real index = least(as_real<Real>(lower), Real(float(Codes - 2)));
    const lane_code_t<Real> code = as_code(index);
    const Real below = level_at<Real, Codes>(levels, code);
    const Real above = level_at<Real, Codes>(levels, as_code(index + Real(1.0f)));
    const Real width = above - below;
    const Real t = either(width > Real(0.0f), (z - below) / width, Real(0.0f));
    return {code, least(greatest(t, Real(0.0f)), Real(1.0f))};
}

/// As above, but the split between two levels is the end of the lower one's bin (a value on it
/// belongs below), not the midpoint: t is 1/2 there and linear on both sides.
template <class Real, int Codes>
[[nodiscard]] GRADUS_INLINE basic_bracket<Real>
locate_by_bins(Real z, const float* levels, const float* ends) noexcept {
    const basic_bracket<Real> plain = locate<Real, Codes>(z, levels);
    const Real index = as_real<Real>(plain.lower);
    const Real below = level_at<Real, Codes>(levels, plain.lower);
    const Real above = level_at<Real, Codes>(levels, as_code(index + Real(1.0f)));
    const Real end = level_at<Real, Codes>(ends, plain.lower);
    const Real before = Real(0.5f) * ((z - below) / (end - below));
    const Real after = Real(1.0f) - Real(0.5f) * ((above - z) / (above - end));
    // On the end itself even-tie rounding could choose the upper level: stay just below 1/2.
    const Real t =
        either(z > end, greatest(after, Real(0.50000006f)), least(before, Real(0.49999997f)));
    return {plain.lower, least(greatest(t, Real(0.0f)), Real(1.0f))};
}

/// Where the values of each level begin: midway from the one below. Nothing belongs to a top level
/// that repeats the one below it (`locate` never leaves that).
template <int Codes>
[[nodiscard]] GRADUS_INLINE std::array<float, index_t{Codes}>
midpoints(const float* levels) noexcept {
    std::array<float, index_t{Codes}> between{levels[0]};
    for (index_t c = 1; c < between.size(); ++c) {
        between[c] = 0.5f * (levels[c - 1] + levels[c]);
    }
    if (levels[Codes - 1] == levels[Codes - 2]) {
        between[Codes - 1] = std::numeric_limits<float>::infinity();
    }
    return between;
}

/// z = x / scale; an all-zero group has scale 0 and decodes to zero whatever its codes are.
template <class Real> [[nodiscard]] GRADUS_INLINE Real in_scales(Real x, float scale) noexcept {
    return scale == 0.0f ? Real(0.0f) : x / Real(scale);
}

}  // namespace gradus::codebook_grid
