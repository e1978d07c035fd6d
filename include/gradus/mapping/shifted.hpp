// SPDX-License-Identifier: MIT
// Grid offset: a uniform mapping whose levels are moved by a fraction of a step.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/uniform_grid.hpp>

namespace gradus {

/// What `shifted` asks of a mapping: steps of one scale, with one of the levels at zero.
template <class M>
concept uniform_mapping = evenly_spaced<M> && M::pitch == 1.0f && M::codes == (1 << M::bits) &&
                          requires(typename M::params p) {
                              { M::template zero_level<float>(p) } -> std::same_as<float>;
                          };

/// Uniform levels moved up by `offset` steps, 0 < offset < 1.
///
///     decode(c) = (c - zero + offset) * scale
///
/// At offset 1/2 the symmetric grid has no zero: {-1.5, -.5, .5, 1.5} * scale at 2 bits, the better
/// grid for dense weights around zero; pruned weights would not survive it.
///
/// Units:  `offset` is in steps.
/// Error:  as the grid it modifies; with symmetric levels and offset 1/2 nothing is clamped.
/// Source: Max 1960, "Quantizing for minimum distortion" (mid-rise grids).
template <uniform_mapping M> struct shifted {
    static constexpr label name = label{M::name} + "@";  ///< the offset itself is a run-time value
    static constexpr int bits = M::bits;
    static constexpr int codes = M::codes;
    static constexpr float pitch = M::pitch;
    static constexpr bool on_uniform_grid = true;
    static constexpr int first_code = [] {
        if constexpr (requires { M::first_code; }) { return M::first_code; }
        return 0;
    }();
    static constexpr bool signed_scale = mirrorable<M>;
    using params = typename M::params;

    float offset = 0.5f;

    [[nodiscard]] GRADUS_INLINE constexpr bool valid() const noexcept {
        return offset > 0.0f && offset < 1.0f;
    }

    [[nodiscard]] GRADUS_INLINE params fit(interval range) const noexcept { return M{}.fit(range); }

    template <class Real>
        requires requires(const M m, Real x) { m.fit_scale(x, x); }
    [[nodiscard]] GRADUS_INLINE Real fit_scale(Real lo, Real hi) const noexcept {
        return M{}.fit_scale(lo, hi);
    }

    template <class Real>
        requires requires(const M m, Real x) { m.fit_zero(x, x); }
    [[nodiscard]] GRADUS_INLINE Real fit_zero(Real lo, Real scale) const noexcept {
        return M{}.fit_zero(lo, scale);
    }

    [[nodiscard]] GRADUS_INLINE params refit(interval range, float scale) const noexcept {
        return with_scale(M{}, range, M{}.fit(range), scale);
    }

    /// Where zero lies on the axis of codes.
    template <class Real, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real zero_level(const Params& p) const noexcept {
        return M::template zero_level<Real>(p) - Real(offset);
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return uniform_grid::locate<Real, first_code, codes - 1>(x, p.scale, zero_level<Real>(p));
    }

    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse& inverse) const noexcept {
        const Real zero = M::template zero_level<Real>(p) - Real(offset);
        return uniform_grid::nearest_value<Real, first_code, codes - 1>(x, p.scale, inverse, zero);
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE constexpr Real decode(Code c, const Params& p) const noexcept {
        return (as_real<Real>(c) - zero_level<Real>(p)) * Real(p.scale);
    }
};

}  // namespace gradus
