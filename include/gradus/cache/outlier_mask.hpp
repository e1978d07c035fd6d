// SPDX-License-Identifier: MIT
// Which values of a unit are kept apart from its grid.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The share `ratio` of extreme values, half of them at each end:
///
///     outlier(x)  <=>  x <= s[k_lo]  or  x > s[k_hi],   s = the N values, ascending, from s[1]
///     k_lo = ceil(ratio / 2 * N),   k_hi = floor((1 - ratio / 2) * N)
///
/// Ratio 0: none. Ties with s[k_lo] are all outliers; those with s[k_hi] are none. N = 128 at 1 %
/// marks 2 values, 1.56 %: count the marked ones, not the ratio. A unit whose values all count as
/// outliers (it is constant) has none.
///
/// Source: QAQ, arXiv:2403.04643, as its code does it; there a unit of outliers alone is an error.
[[nodiscard]] inline std::vector<bool> outlier_mask(floats values, double ratio) {
    GRADUS_EXPECT(ratio >= 0.0 && ratio < 1.0);
    const index_t count = values.size();
    std::vector<bool> mask(count, false);
    if (ratio == 0.0 || count == 0) { return mask; }
    const double tail = ratio / 2.0 * static_cast<double>(count);
    const auto low = static_cast<index_t>(std::ceil(tail));
    const auto high = static_cast<index_t>(std::floor(static_cast<double>(count) - tail));
    std::vector<float> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    bool rest = false;
    for (index_t i = 0; i < count; ++i) {
        mask[i] = values[i] <= sorted[low - 1] || high == 0 || values[i] > sorted[high - 1];
        rest = rest || !mask[i];
    }
    if (!rest) { mask.assign(count, false); }
    return mask;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
