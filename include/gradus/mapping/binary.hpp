// SPDX-License-Identifier: MIT
// Binary mapping: minus or plus a scale.
#pragma once

#include <gradus/concepts/mapping.hpp>

namespace gradus {

/// Two levels, symmetric about zero, and no zero between them.
///
///     decode(c) = (2 c - 1) * scale,   c in {0, 1};   fit([lo, hi]): scale = max(|lo|, |hi|)
///
/// Units:  `scale` has the unit of the values and is never negative.
/// Error:  |x - decode(nearest)| <= scale for |x| <= scale. The scale of least squared error is the
///         mean magnitude, far below the largest: search for it (`mse_search`).
/// Source: Rastegari et al. 2016, arXiv:1603.05279, eq. 6.
struct binary {
    static constexpr std::string_view name = "binary";
    static constexpr int bits = 1;
    static constexpr int codes = 2;
    static constexpr float pitch = 2.0f;
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

    /// Where zero lies on the axis of codes: between the two.
    template <class Real, class Params>
    [[nodiscard]] GRADUS_INLINE static constexpr Real zero_level(const Params&) noexcept {
        return Real(0.5f);
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        const Real z = p.scale == 0.0f ? Real(0.0f) : x / Real(p.scale);
        const Real within = least(greatest(z, Real(-1.0f)), Real(1.0f));
        return {lane_code_t<Real>(0u), (within + Real(1.0f)) * Real(0.5f)};
    }

    /// No multiplication at all: the sign decides.
    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse&) const noexcept {
        return either(x > Real(0.0f), Real(p.scale), Real(0.0f) - Real(p.scale));
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real decode(Code c, const Params& p) const noexcept {
        return (as_real<Real>(c) + as_real<Real>(c) - Real(1.0f)) * Real(p.scale);
    }
};

static_assert(mapping<binary> && evenly_spaced<binary>);

}  // namespace gradus
