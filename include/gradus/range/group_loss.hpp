// SPDX-License-Identifier: MIT
// The loss of a candidate grid over a group: the sum that decides stored scales.
#pragma once

#include <gradus/concepts/mapping.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// |e|^p for p = half_power / 2 by multiplications and one square root: exactly rounded steps, so
/// the same bits everywhere (a library pow need not be).
template <class Real> [[nodiscard]] GRADUS_INLINE Real power_of(Real e, int half_power) noexcept {
    if (half_power == 4) { return rounded(e * e); }
    Real r = half_power % 2 == 1 ? square_root(e) : Real(1.0f);
    for (int i = 0; i < half_power / 2; ++i) {
        r = rounded(r * e);
    }
    return r;
}

/// weight * |x - nearest level|^p for one value, or one a lane.
template <class Real, mapping M>
[[nodiscard]] GRADUS_INLINE Real
loss_term(const M& map, typename M::params p, Real x, Real weight, int half_power) noexcept {
    const basic_bracket<Real> b = map.locate(x, p);
    const Real index = as_real<Real>(b.lower) + either(b.t > Real(0.5f), Real(1.0f), Real(0.0f));
    const Real error = magnitude(x - rounded(decode_as<Real>(map, as_code(index), p)));
    return rounded(weight * power_of(error, half_power));
}

/// sum_i w_i |x_i - nearest level|^p, by definition:
///
///     lane[i mod 16] += term_i, in ascending i;   then lanes 0-7 += 8-15, 0-3 += 4-7, 0-1 += 2-3,
///     0 += 1
///
/// all in float, no product fused with a sum. `Real` is float (the definition) or a vector of 16
/// (the same additions, sixteen at a time).
template <class Real, mapping M>
[[nodiscard]] GRADUS_INLINE float group_loss(
    const M& map, typename M::params p, floats values, floats weights, int half_power) noexcept {
    constexpr index_t lanes = 16;
    constexpr index_t step = lanes_of<Real>::count;
    float lane[lanes] = {};
    Real sums[lanes / step];
    for (index_t j = 0; j < lanes / step; ++j) {
        sums[j] = Real(0.0f);
    }
    index_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
        for (index_t j = 0; j < lanes / step; ++j) {
            const Real x = lanes_of<Real>::load(values.data() + i + j * step);
            const Real w =
                weights.empty() ? Real(1.0f) : lanes_of<Real>::load(weights.data() + i + j * step);
            sums[j] = sums[j] + loss_term<Real>(map, p, x, w, half_power);
        }
    }
    for (index_t j = 0; j < lanes / step; ++j) {
        lanes_of<Real>::store(sums[j], lane + j * step);
    }
    for (; i < values.size(); ++i) {
        const float w = weights.empty() ? 1.0f : weights[i];
        lane[i % lanes] = lane[i % lanes] + loss_term<float>(map, p, values[i], w, half_power);
    }
    for (index_t width = lanes / 2; width > 0; width /= 2) {
        for (index_t j = 0; j < width; ++j) {
            lane[j] = lane[j] + lane[j + width];
        }
    }
    return lane[0];
}

}  // namespace GRADUS_ISA
}  // namespace gradus
