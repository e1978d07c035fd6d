// SPDX-License-Identifier: MIT
// Range estimators, at vector speed and by their own operators.
#pragma once

#include "definition.hpp"
#include "encode_values.hpp"

#include <gradus/kernels/estimate.hpp>
#include <gradus/layout/stored_mapping.hpp>
#include <gradus/scale/half_scale.hpp>

#include <vector>

namespace gradus::test {

/// The same interval; minima and maxima may be zeros of either sign, which no mapping sees.
inline bool same_interval(interval a, interval b) {
    const auto same = [](float x, float y) { return same_bits(x, y) || (x == 0.0f && y == 0.0f); };
    return same(a.lo, b.lo) && same(a.hi, b.hi);
}

/// Intervals that differ, for groups of up to two vectors and of usual sizes, with and without
/// importances, of the mapping itself and behind a scale format.
template <class Range, class M> int range_faults(const Range& range, const M& map) {
    int faults = 0;
    const stored_mapping<M, f16_scale> stored{&map, 0};
    std::vector<index_t> sizes{64, 100, 128};
    for (index_t n = 0; n <= 2 * simd::lanes + 1; ++n) {
        sizes.push_back(n);
    }
    for (const index_t n : sizes) {
        const auto key = random_key::of(seed(), 0x72616e6765u, n);
        std::vector<float> x(n);
        std::vector<float> weights(n);
        for (index_t i = 0; i < n; ++i) {
            x[i] = static_cast<float>(key.uniform(2 * i) - 0.4) * (i % 7 == 3 ? 3.0f : 1.0f);
            weights[i] = i % 5 == 0 ? 0.0f : static_cast<float>(key.uniform(2 * i + 1));
        }
        for (const bool weighted : {false, true}) {
            const floats w = weighted ? floats{weights} : floats{};
            faults += !same_interval(estimate(range, x, w, map), range(x, w, map));
            faults += !same_interval(estimate(range, x, w, stored), range(x, w, stored));
        }
    }
    return faults;
}

/// Every shipped estimator, by itself and as a choice at run time.
template <class M> int faults_of_ranges(const M& map = {}) {
    int faults = range_faults(minmax{}, map) + range_faults(percentile{95.0f}, map) +
                 range_faults(kl_divergence{}, map);
    for (const float norm : {1.0f, 1.5f, 2.0f, 2.5f, 3.0f, 3.5f, 4.0f}) {
        faults += range_faults(mse_search{.norm = norm}, map);
    }
    faults += range_faults(mse_search{.down = 3, .up = 0}, map);
    for (const any_range& choice :
         {any_range{minmax{}}, any_range{percentile{}}, any_range{mse_search{.norm = 3.0f}},
          any_range{kl_divergence{}}}) {
        faults += range_faults(choice, map);
    }
    return faults;
}

}  // namespace gradus::test
