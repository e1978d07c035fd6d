// SPDX-License-Identifier: MIT
// Uniform mapping, symmetric about zero.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/uniform_grid.hpp>

namespace gradus {

/// Whether a symmetric grid uses the code that has no positive counterpart.
enum class code_range {
    full,        ///< 2^B levels, one more below zero than above
    restricted,  ///< 2^B - 1 levels; code 0 is never chosen
};

/// Evenly spaced levels with zero in the middle; zero is exact.
///
///     decode(c) = (c - 2^(B-1)) * scale,   c in [0, 2^B - 1]   (restricted: c >= 1)
///     fit([lo, hi]):  m = max(|lo|, |hi|);  scale = 2 m / (2^B - 1)     (full)
///                                           scale = m / (2^(B-1) - 1)   (restricted)
///
/// Units:  `scale` has the unit of the values. A mirrored interval (lo > hi) gives -scale, which
///         puts the extra level of the full grid on the positive side.
/// Error:  |x - decode(nearest)| <= |scale| / 2 between the outermost levels. The full fit lets the
///         largest value lie half a step outside them: its error is |scale| / 2 too.
/// Source: full: Frantar et al. 2022, arXiv:2210.17323 (the grid of GPTQ's code); restricted:
///         Jacob et al. 2018, arXiv:1712.05877, with the zero point fixed.
template <int B, code_range Range = code_range::full> struct uniform_symmetric {
    static_assert(1 <= B && B <= 8);
    static_assert(Range == code_range::full || B >= 2, "one bit has no symmetric grid with a zero");

    static constexpr bool limited = Range == code_range::restricted;
    static constexpr label name =
        label{"uniform_symmetric"} + unsigned{B} + (limited ? ":restricted" : "");
    static constexpr int bits = B;
    static constexpr int codes = 1 << B;
    static constexpr float pitch = 1.0f;
    static constexpr bool on_uniform_grid = true;
    static constexpr int first_code = limited ? 1 : 0;
    static constexpr int zero_code = 1 << (B - 1);
    static constexpr bool signed_scale = !limited;
    static constexpr bool fits_by_magnitude = true;
    using params = scale_only;

    /// The scale that `fit` gives, for one interval or one a lane.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE constexpr Real fit_scale(Real lo, Real hi) const noexcept {
        const Real largest = greatest(magnitude(lo), magnitude(hi));
        const Real scale = limited ? largest / Real(static_cast<float>(zero_code - 1))
                                   : Real(2.0f) * largest / Real(static_cast<float>(codes - 1));
        return either(lo > hi, Real(0.0f) - scale, scale);
    }

    [[nodiscard]] GRADUS_INLINE constexpr params fit(interval range) const noexcept {
        return {fit_scale(range.lo, range.hi)};
    }

    /// Where zero lies on the axis of codes.
    template <class Real, class Params>
    [[nodiscard]] GRADUS_INLINE static constexpr Real zero_level(const Params&) noexcept {
        return Real(static_cast<float>(zero_code));
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return uniform_grid::locate<Real, first_code, codes - 1>(x, p.scale, zero_level<Real>(p));
    }

    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse& inverse) const noexcept {
        return uniform_grid::nearest_value_by_steps<Real, first_code, codes - 1>(
            x, p.scale, inverse, zero_level<Real>(p));
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real decode(Code c, const Params& p) const noexcept {
        return (as_real<Real>(c) - zero_level<Real>(p)) * Real(p.scale);
    }
};

static_assert(mapping<uniform_symmetric<1>> && evenly_spaced<uniform_symmetric<8>>);
static_assert(mapping<uniform_symmetric<8, code_range::restricted>>);
static_assert(mirrorable<uniform_symmetric<4>> &&
              !mirrorable<uniform_symmetric<4, code_range::restricted>>);

}  // namespace gradus
