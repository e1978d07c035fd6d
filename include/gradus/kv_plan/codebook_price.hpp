// SPDX-License-Identifier: MIT
// Whether a codebook is worth its bits.
#pragma once

#include <gradus/core/logarithm.hpp>
#include <gradus/core/result.hpp>

#include <cstdio>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bits of 2^width levels of f16.
[[nodiscard]] constexpr index_t level_table_bits(int width) {
    return index_t{16} << width;
}

/// What a codebook saves: the bits that the other mapping would need to err as little, half a bit
/// a value for each factor of two in squared error.
[[nodiscard]] inline double bits_saved(double with, double without, index_t values) {
    if (without <= with || without <= 0.0) { return 0.0; }
    if (with <= 0.0) { return 64.0 * static_cast<double>(values); }
    return 0.5 * log2_exactly(without / with) * static_cast<double>(values);
}

/// Refuses a codebook that takes more bits than it saves (no_effect), with both figures.
[[nodiscard]] inline status check_codebook(int width, double with, double without, index_t values) {
    const index_t bits = level_table_bits(width);
    const double saved = bits_saved(with, without, values);
    if (saved > static_cast<double>(bits)) { return done{}; }
    char text[200];
    std::snprintf(text, sizeof text,
                  "a codebook of %d levels takes %zu bits (it saves %.4g on %zu values). Share it "
                  "among more values, or take fewer levels",
                  1 << width, bits, saved, values);
    return error{errc::no_effect, text};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
