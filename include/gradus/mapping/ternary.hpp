// SPDX-License-Identifier: MIT
// Ternary mapping: minus one, zero or plus one times a scale.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/uniform_grid.hpp>

namespace gradus {

/// Three levels, symmetric about zero; the cheapest mapping that keeps exact zeros.
///
///     decode(c) = (c - 1) * scale,   c in {0, 1, 2};   fit([lo, hi]): scale = max(|lo|, |hi|)
///
/// Units:  `scale` has the unit of the values and is never negative.
/// Error:  |x - decode(nearest)| <= scale / 2 for |x| <= scale; larger values are clamped.
/// Source: Li, Zhang, Liu 2016, arXiv:1605.04711; there the threshold is fitted, here it is the
///         midpoint, and the range policy chooses the scale.
struct ternary {
    static constexpr std::string_view name = "ternary";
    static constexpr int bits = 2;
    static constexpr int codes = 3;
    static constexpr float pitch = 1.0f;
    static constexpr bool on_uniform_grid = true;
    static constexpr int zero_code = 1;
    static constexpr bool fits_by_magnitude = true;
    using params = scale_only;

    /// The scale that `fit` gives, for one interval or one a lane.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE constexpr Real fit_scale(Real lo, Real hi) const noexcept {
        return greatest(magnitude(lo), magnitude(hi));
    }

    [[nodiscard]] GRADUS_INLINE constexpr params fit(interval range) const noexcept {
        return {fit_scale(range.lo, range.hi)};
    }

    /// Where zero lies on the axis of codes.
    template <class Real, class Params>
    [[nodiscard]] GRADUS_INLINE static constexpr Real zero_level(const Params&) noexcept {
        return Real(1.0f);
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return uniform_grid::locate<Real, 0, 2>(x, p.scale, Real(1.0f));
    }

    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse& inverse) const noexcept {
        return uniform_grid::nearest_value_by_steps<Real, 0, 2>(x, p.scale, inverse, Real(1.0f));
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real decode(Code c, const Params& p) const noexcept {
        return (as_real<Real>(c) - Real(1.0f)) * Real(p.scale);
    }
};

static_assert(mapping<ternary> && evenly_spaced<ternary>);

}  // namespace gradus
