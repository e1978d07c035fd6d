// SPDX-License-Identifier: MIT
// The largest magnitude that a static activation scheme should represent, from calibration data.
#pragma once

#include <gradus/concepts/range.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/real.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <algorithm>
#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// What a range estimator makes of the values, for 8 bits symmetric about zero:
///
///     limit = max(-lo, hi),   [lo, hi] = range(values)
///
/// with range/percentile.hpp (all but a share), range/kl_divergence.hpp (least divergence of the
/// quantized histogram) or range/minmax.hpp. Give the result to `int8_static`.
template <range_estimator<uniform_symmetric<8>> E>
[[nodiscard]] float activation_limit(floats values, const E& range) {
    const interval found = range(values, floats{}, uniform_symmetric<8>{});
    return std::max(-found.lo, found.hi);
}

/// The mean of the largest magnitudes of batches, later ones counting more:
///
///     limit <- limit + momentum (max |batch| - limit),   the first batch sets it
///
/// One batch with an outlier moves it by `momentum` of the difference only.
/// Source: Jacob et al. 2018, arXiv:1712.05877, section 3.1 (exponential moving averages).
class moving_average_limit {
  public:
    /// `momentum` in (0, 1].
    explicit moving_average_limit(float momentum = 0.1f) : momentum_{momentum} {
        GRADUS_EXPECT(momentum > 0.0f && momentum <= 1.0f);
    }

    /// A batch of tokens.
    void see(matrix_view<const float> batch) {  // [tokens, channels]
        float largest = 0.0f;
        for (index_t t = 0; t < batch.rows; ++t) {
            for (const float x : batch.row(t)) {
                largest = std::max(largest, std::abs(x));
            }
        }
        const float change = rounded(momentum_ * (largest - limit_));
        limit_ = seen_ ? limit_ + change : largest;
        seen_ = true;
    }

    /// 0 before the first batch.
    [[nodiscard]] float limit() const noexcept { return limit_; }

  private:
    float momentum_;
    float limit_ = 0.0f;
    bool seen_ = false;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
