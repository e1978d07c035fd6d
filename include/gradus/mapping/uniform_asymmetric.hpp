// SPDX-License-Identifier: MIT
// Uniform mapping with an integer zero point.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/uniform_grid.hpp>

namespace gradus {

/// Evenly spaced levels anywhere around zero; zero is exact, as the zero point is a code.
///
///     decode(c) = (c - zero) * scale,   c in [0, 2^B - 1]
///     fit([lo, hi]):  lo = min(lo, 0), hi = max(hi, 0)
///                     scale = (hi - lo) / (2^B - 1),   zero = round_even(-lo / scale)
///
/// Units:  `scale` has the unit of the values, `zero` is a code.
/// Error:  |x - decode(nearest)| <= scale / 2 between the outermost levels; rounding the zero point
///         moves those by up to half a step, so the ends of the interval err by at most one step.
/// Source: Frantar et al. 2022, arXiv:2210.17323 (the grid of GPTQ's code).
template <int B> struct uniform_asymmetric {
    static_assert(1 <= B && B <= 8);

    static constexpr label name = label{"uniform_asymmetric"} + unsigned{B};
    static constexpr int bits = B;
    static constexpr int codes = 1 << B;
    static constexpr float pitch = 1.0f;
    static constexpr bool counts_from_zero = true;
    static constexpr bool on_uniform_grid = true;
    using params = scale_and_zero;

    /// The scale that `fit` gives, for one interval or one a lane.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE constexpr Real fit_scale(Real lo, Real hi) const noexcept {
        const Real low = least(lo, Real(0.0f));
        const Real high = greatest(hi, Real(0.0f));
        return (high - low) / Real(static_cast<float>(codes - 1));
    }

    /// The zero point of an interval that starts at `lo`; 0 without a scale.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE Real fit_zero(Real lo, Real scale) const noexcept {
        const Real zero = round_even((Real(0.0f) - least(lo, Real(0.0f))) / scale);
        const Real last = Real(static_cast<float>(codes - 1));
        return either(scale > Real(0.0f), least(zero, last), Real(0.0f));
    }

    [[nodiscard]] GRADUS_INLINE params fit(interval range) const noexcept {
        return refit(range, fit_scale(range.lo, range.hi));
    }

    /// The zero point belongs to the scale as stored.
    [[nodiscard]] GRADUS_INLINE params refit(interval range, float scale) const noexcept {
        if (!(scale > 0.0f)) { return {0.0f, 0}; }
        return {scale, as_code(fit_zero(range.lo, scale))};
    }

    template <class Real, class Params>
    [[nodiscard]] GRADUS_INLINE static constexpr Real zero_level(const Params& p) noexcept {
        return as_real<Real>(p.zero);
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return uniform_grid::locate<Real, 0, codes - 1>(x, p.scale, zero_level<Real>(p));
    }

    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse& inverse) const noexcept {
        return uniform_grid::nearest_value_by_steps<Real, 0, codes - 1>(x, p.scale, inverse,
                                                                        zero_level<Real>(p));
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real decode(Code c, const Params& p) const noexcept {
        return (as_real<Real>(c) - zero_level<Real>(p)) * Real(p.scale);
    }
};

static_assert(mapping<uniform_asymmetric<1>> && has_zero_point<uniform_asymmetric<8>>);

}  // namespace gradus
