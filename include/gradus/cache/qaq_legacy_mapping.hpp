// SPDX-License-Identifier: MIT
// The two mappings of the QAQ code, defects included, to compare with.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/normal.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {
namespace qaq_legacy {

/// Moments of the values that are no outliers.
struct moments {
    double mean = 0.0;
    double deviation = 0.0;  ///< sqrt of the mean square distance from the mean
    double low = 0.0;
    double high = 0.0;
    index_t count = 0;
};

[[nodiscard]] inline moments moments_of(floats values, const std::vector<bool>& outliers) {
    GRADUS_EXPECT(outliers.size() == values.size());
    moments m;
    for (index_t i = 0; i < values.size(); ++i) {
        if (outliers[i]) { continue; }
        const auto x = static_cast<double>(values[i]);
        m.low = m.count == 0 ? x : std::min(m.low, x);
        m.high = m.count == 0 ? x : std::max(m.high, x);
        m.mean += x;
        ++m.count;
    }
    if (m.count == 0) { return m; }
    m.mean /= static_cast<double>(m.count);
    for (index_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(values[i]) - m.mean;
        if (!outliers[i]) { m.deviation += x * x; }
    }
    m.deviation = std::sqrt(m.deviation / static_cast<double>(m.count));
    return m;
}

/// Rounds the values that are no outliers in place.
///
///     c = mean (asymmetric) or 0,   s = (max - min) / 2^n   or   2 max|x| / 2^n
///     value = clamp( round((x - c) / s), -2^(n-1), 2^(n-1) - 1 ) * s + c
///
/// Defects, kept: the window is centred at the mean although its width is that of the range, so
/// skewed values are clipped on their long side; the largest loses up to a whole step; one bit has
/// the codes -1 and 0; no bits give c - range / 2. A constant unit, NaN in the code, stays as it
/// is. Source: the code beside arXiv:2403.04643. Not for use: see mapping/uniform_asymmetric.hpp.
inline void
map_uniform(std::span<float> values, const std::vector<bool>& outliers, int width, bool symmetric) {
    const moments m = moments_of(values, outliers);
    const double centre = symmetric ? 0.0 : m.mean;
    const double range = symmetric ? 2.0 * std::max(-m.low, m.high) : m.high - m.low;
    if (range <= 0.0) { return; }
    const double step = std::ldexp(range, -width);
    const double half = std::ldexp(0.5, width);
    for (index_t i = 0; i < values.size(); ++i) {
        if (outliers[i]) { continue; }
        const double code = std::nearbyint((static_cast<double>(values[i]) - centre) / step);
        const double kept = std::max(std::min(code, half - 1.0), -half);
        values[i] = static_cast<float>((width == 0 ? -0.5 : kept) * step + centre);
    }
}

/// Rounds the values that are no outliers in place, z = (x - mean) / deviation:
///
///     value = probit( (i + 1/2) / 2^n ) * deviation + mean,
///     where  probit( i / 2^n ) < z <= probit( (i + 1) / 2^n )
///
/// Cells of equal probability use all codes alike; they are not those of least squared error.
/// A constant unit stays as it is.
/// Source: the code beside arXiv:2403.04643. Not for use: see mapping/normal_quantile.hpp.
inline void map_normal(std::span<float> values, const std::vector<bool>& outliers, int width) {
    const moments m = moments_of(values, outliers);
    if (m.deviation <= 0.0) { return; }
    const index_t cells = index_t{1} << width;
    std::vector<double> ends;
    std::vector<double> levels;
    for (index_t i = 0; i < cells; ++i) {
        const auto at = static_cast<double>(i);
        const auto count = static_cast<double>(cells);
        levels.push_back(normal::quantile((at + 0.5) / count));
        if (i > 0) { ends.push_back(normal::quantile(at / count)); }
    }
    for (index_t i = 0; i < values.size(); ++i) {
        if (outliers[i]) { continue; }
        const double z = (static_cast<double>(values[i]) - m.mean) / m.deviation;
        const auto cell = std::lower_bound(ends.begin(), ends.end(), z) - ends.begin();
        values[i] = static_cast<float>(levels[static_cast<index_t>(cell)] * m.deviation + m.mean);
    }
}

}  // namespace qaq_legacy
}  // namespace GRADUS_ISA
}  // namespace gradus
