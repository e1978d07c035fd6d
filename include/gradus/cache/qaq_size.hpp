// SPDX-License-Identifier: MIT
// What a unit of a cache takes: by the published formula, and in truth.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {

/// A unit as both count it: N values of one width, a share of them kept as f16.
struct unit_shape {
    index_t values;
    int width;             ///< bits of a code
    double outlier_ratio;  ///< both ends together
    index_t outliers;      ///< values that are really kept apart
    int parameters;        ///< f16 numbers of the grid: 1 symmetric, 2 asymmetric
};

inline namespace GRADUS_ISA {

/// width (1 - r) + 16 r + 16 parameters / N: without positions of outliers, width fields, and
/// with the ratio in place of the count. For comparison only.
/// Source: the code beside arXiv:2403.04643, for one unit.
[[nodiscard]] inline double qaq_formula_bits(const unit_shape& unit) {
    const double r = unit.outlier_ratio;
    return unit.width * (1.0 - r) + 16.0 * r +
           16.0 * unit.parameters / static_cast<double>(unit.values);
}

/// Bits that tell one of `count` positions, or one of `count` widths, from the others.
[[nodiscard]] constexpr int field_bits(index_t count) {
    int bits = 0;
    while ((index_t{1} << bits) < count) {
        ++bits;
    }
    return bits;
}

/// ( (N - k) width + k (16 + ceil(log2 N)) + 16 parameters + width_field ) / N, k outliers: every
/// bit that is stored.
[[nodiscard]] inline double stored_unit_bits(const unit_shape& unit, int width_field) {
    const auto count = static_cast<double>(unit.values);
    const auto kept = static_cast<double>(unit.outliers);
    return ((count - kept) * unit.width + kept * (16.0 + field_bits(unit.values)) +
            16.0 * unit.parameters + width_field) /
           count;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
