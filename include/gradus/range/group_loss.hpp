// SPDX-License-Identifier: MIT
// The loss of a candidate grid over a group: the sum that decides stored scales.
#pragma once

#include <gradus/range/nearest_level.hpp>

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

/// |x - nearest level|^p for one value, or one a lane; `inverse` is inverse_of(p.scale). Scale and
/// inverse may be one a lane too.
template <class Real, mapping M, class Params, class Inverse>
[[nodiscard]] GRADUS_INLINE Real loss_term(const nearest_level<M>& nearest,
                                           const Params& p,
                                           const Inverse& inverse,
                                           Real x,
                                           int half_power) noexcept {
    const Real error = x - nearest(x, p, inverse);
    return half_power == 4 ? rounded(error * error) : power_of(magnitude(error), half_power);
}

/// As group_loss; `Weighted` and `HalfPower` (0: the argument) are known when compiling.
template <class Real, bool Weighted, int HalfPower, mapping M>
[[nodiscard]] GRADUS_INLINE float loss_of(const nearest_level<M>& nearest,
                                          typename M::params p,
                                          floats values,
                                          floats weights,
                                          int half_power) noexcept {
    constexpr index_t lanes = 16;
    constexpr index_t step = lanes_of<Real>::count;
    const int power = HalfPower == 0 ? half_power : HalfPower;
    const float inverse = inverse_of(p.scale);
    Real sums[lanes / step];
    for (index_t j = 0; j < lanes / step; ++j) {
        sums[j] = Real(0.0f);
    }
    index_t i = 0;
    for (; i + lanes <= values.size(); i += lanes) {
        for (index_t j = 0; j < lanes / step; ++j) {
            const Real x = lanes_of<Real>::load(values.data() + i + j * step);
            Real term = loss_term<Real>(nearest, p, inverse, x, power);
            if constexpr (Weighted) {
                term = rounded(lanes_of<Real>::load(weights.data() + i + j * step) * term);
            }
            sums[j] = sums[j] + term;
        }
    }
    if constexpr (step == lanes) {
        if (i == values.size()) { return sum(sums[0]); }
    }
    float lane[lanes] = {};
    for (index_t j = 0; j < lanes / step; ++j) {
        lanes_of<Real>::store(sums[j], lane + j * step);
    }
    for (; i < values.size(); ++i) {
        float term = loss_term<float>(nearest, p, inverse, values[i], power);
        if constexpr (Weighted) { term = rounded(weights[i] * term); }
        lane[i % lanes] = lane[i % lanes] + term;
    }
    for (index_t width = lanes / 2; width > 0; width /= 2) {
        for (index_t j = 0; j < width; ++j) {
            lane[j] = lane[j] + lane[j + width];
        }
    }
    return lane[0];
}

/// sum_i w_i |x_i - nearest level|^p, by definition:
///
///     lane[i mod 16] += term_i, in ascending i;   then lanes 0-7 += 8-15, 0-3 += 4-7, 0-1 += 2-3,
///     0 += 1
///
/// all in float, no product fused with a sum. `Real` is float (the definition) or a vector of 16
/// (the same additions, sixteen at a time).
template <class Real, mapping M>
[[nodiscard]] GRADUS_INLINE float group_loss(const nearest_level<M>& nearest,
                                             typename M::params p,
                                             floats values,
                                             floats weights,
                                             int half_power) noexcept {
    if (half_power != 4) {
        return weights.empty() ? loss_of<Real, false, 0>(nearest, p, values, weights, half_power)
                               : loss_of<Real, true, 0>(nearest, p, values, weights, half_power);
    }
    return weights.empty() ? loss_of<Real, false, 4>(nearest, p, values, weights, half_power)
                           : loss_of<Real, true, 4>(nearest, p, values, weights, half_power);
}

template <class Real, mapping M>
[[nodiscard]] GRADUS_INLINE float group_loss(
    const M& map, typename M::params p, floats values, floats weights, int half_power) noexcept {
    return group_loss<Real>(nearest_level<M>{map}, p, values, weights, half_power);
}

}  // namespace GRADUS_ISA
}  // namespace gradus
