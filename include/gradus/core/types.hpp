// SPDX-License-Identifier: MIT
// The few value types that every policy speaks.
#pragma once

#include <gradus/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace gradus {

using code_t = std::uint8_t;  ///< One stored code, 1 to 8 bits wide.
using index_t = std::size_t;  ///< Rows, columns, counts.
using floats = std::span<const float>;

/// A range of values, in the unit of the values. `lo > hi` asks for the mirrored grid, which
/// differs from the plain one where the levels are not symmetric about zero (`signed_scale`).
struct interval {
    float lo;
    float hi;
};

/// The integer that goes with `Real`: a code for scalars, a vector of integers for a vector.
template <class Real> struct lane_code {
    using type = code_t;
};

template <class Real> using lane_code_t = typename lane_code<Real>::type;

/// A value lies a fraction `t` of the way from level `lower` to level `lower + 1`.
/// Both are valid codes, and 0 <= t <= 1: values beyond the grid are clamped to its ends.
template <class Real> struct basic_bracket {
    lane_code_t<Real> lower;
    Real t;
};

using bracket = basic_bracket<float>;

}  // namespace gradus
