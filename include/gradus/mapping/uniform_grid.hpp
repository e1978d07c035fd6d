// SPDX-License-Identifier: MIT
// The bracket of a value on an evenly spaced grid.
#pragma once

#include <gradus/core/real.hpp>

namespace gradus::uniform_grid {

/// Levels are (c - zero) * scale for c in [First, Last]. The position of x on the axis of codes is
/// x / scale + zero: a division, as the product with 1 / scale rounds differently, and then a sum,
/// which no compiler can fuse with it. An all-zero group has scale 0: every x gets the zero level.
template <class Real, int First, int Last, class Scale>
[[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, Scale scale, Real zero) noexcept {
    const Real steps = scale == Scale(0) ? Real(0.0f) : x / Real(scale);
    const Real position = least(greatest(steps + zero, Real(float(First))), Real(float(Last)));
    const Real lower = least(round_down(position), Real(float(Last - 1)));
    return {as_code(lower), position - lower};
}

/// The value of the nearest level: x * inverse rounds differently from x / scale, so that a value
/// within 2^-22 of its own size of the middle of two levels may get either.
template <class Real, int First, int Last, class Scale>
[[nodiscard]] GRADUS_INLINE Real
nearest_value(Real x, Scale scale, Scale inverse, Real zero) noexcept {
    const Real steps = rounded(x * Real(inverse));
    const Real position = least(greatest(steps + zero, Real(float(First))), Real(float(Last)));
    return (round_even(position) - zero) * Real(scale);
}

/// The same for a zero that is a whole number: one addition less.
template <class Real, int First, int Last, class Scale>
[[nodiscard]] GRADUS_INLINE Real
nearest_value_by_steps(Real x, Scale scale, Scale inverse, Real zero) noexcept {
    const Real lowest = Real(float(First)) - zero;
    const Real highest = Real(float(Last)) - zero;
    return round_even(least(greatest(x * Real(inverse), lowest), highest)) * Real(scale);
}

}  // namespace gradus::uniform_grid
