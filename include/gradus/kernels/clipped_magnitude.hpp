// SPDX-License-Identifier: MIT
// The magnitude that all but a few of a token's values stay below.
#pragma once

#include <gradus/kernels/load_activations.hpp>

#include <algorithm>
#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// The largest of the ceil((1 - share) count) smallest magnitudes, at least one: an order
/// statistic, without interpolation. Finite values only. Does not allocate: three passes, each of
/// which settles ten or eleven of the bits (magnitudes are ordered as their bits are).
template <activation_value X>
[[nodiscard]] float clipped_magnitude(const X* x, index_t count, double share) {
    if (count == 0) { return 0.0f; }
    const auto kept = static_cast<index_t>(std::ceil((1.0 - share) * static_cast<double>(count)));
    index_t rank = std::clamp(kept, index_t{1}, count) - 1;
    std::uint32_t found = 0;    // the upper bits of the answer
    std::uint32_t settled = 0;  // which bits these are
    for (const int shift : {20, 10, 0}) {
        std::uint32_t counts[2048] = {};
        for (index_t i = 0; i < count; ++i) {
            const auto bits = std::bit_cast<std::uint32_t>(as_float(x[i])) & 0x7fffffffu;
            if ((bits & settled) == found) { ++counts[(bits & ~settled) >> shift]; }
        }
        std::uint32_t digit = 0;
        while (rank >= counts[digit]) {
            rank -= counts[digit++];
        }
        found |= digit << shift;
        settled = ~((std::uint32_t{1} << shift) - 1u);
    }
    return std::bit_cast<float>(found);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
