// SPDX-License-Identifier: MIT
// A mapping: which values the codes of a group stand for, given the group's parameters.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/real.hpp>

#include <type_traits>

namespace gradus {

/// Parameters of a group whose codes need a scale alone. Unit: that of the values.
struct scale_only {
    float scale;
};

/// Parameters with a zero point: the code that stands for exactly 0.0.
struct scale_and_zero {
    float scale;
    code_t zero;
};

/// A mapping decides nothing about storage of the scale, grouping or rounding.
///   bits                   width of a code, 1 to 8
///   codes                  how many codes it uses, at most 2^bits
///   params                 what a group stores: `scale` and, optionally, an integer `zero`
///   fit(interval)          parameters whose levels cover the interval as the mapping sees fit
///   locate(x, p)           the two neighbouring levels around x, and where x lies between them
///   decode(c, p)           the value of code c
/// A mapping whose `locate` and `decode` are templates over `Real` (core/real.hpp) also runs on
/// double and on vectors; one that knows float alone is correct everywhere, at scalar speed.
template <class M>
concept mapping = named<M> && std::is_trivially_copyable_v<M> &&
                  std::is_trivially_copyable_v<typename M::params> &&
                  requires(const M m, interval r, float x, code_t c, typename M::params p) {
                      requires(1 <= M::bits && M::bits <= 8);
                      requires(2 <= M::codes && M::codes <= (1 << M::bits));
                      { p.scale } -> std::convertible_to<float>;
                      { m.fit(r) } noexcept -> std::same_as<typename M::params>;
                      { m.locate(x, p) } noexcept -> std::same_as<bracket>;
                      { m.decode(c, p) } noexcept -> std::same_as<float>;
                  };

/// Its groups store a zero point beside the scale.
template <class M>
concept has_zero_point = mapping<M> && requires(typename M::params p) {
    { p.zero } -> std::convertible_to<code_t>;
};

/// Its levels are not symmetric about zero, so that a negative scale gives another grid.
template <class M>
concept mirrorable = mapping<M> && requires { requires bool(M::signed_scale); };

/// For lo <= 0 <= hi, fit({lo, hi}) is fit({0, max(-lo, hi)}).
template <class M>
concept fits_magnitude = mapping<M> && requires { requires bool(M::fits_by_magnitude); };

/// Its levels are evenly spaced, so that a product with them is one with the codes:
///     decode(c, p) = (c - zero_level(p)) * pitch * p.scale
/// `zero_level` is a template over `Real` and also accepts parameters that hold one group a lane.
template <class M>
concept evenly_spaced = mapping<M> && requires(const M m, typename M::params p) {
    { M::pitch } -> std::convertible_to<float>;
    { m.template zero_level<float>(p) } -> std::same_as<float>;
};

/// Its `locate(x, p)` is that of mapping/uniform_grid.hpp: the code nearest to x is x / scale +
/// zero_level(p), rounded to even, within [first_code (0 where there is none), codes - 1].
template <class M>
concept rounds_positions =
    evenly_spaced<M> && M::pitch == 1.0f && requires { requires bool(M::on_uniform_grid); };

/// The same code, `zero_code`, stands for zero in every group.
template <class M>
concept fixed_zero = evenly_spaced<M> && !has_zero_point<M> && requires {
    { M::zero_code } -> std::convertible_to<int>;
};

/// Levels that are whole numbers of steps from a code: decode(c, p) = (c - zero) * p.scale, rounded
/// once, with zero = zero_code or, where the mapping says `counts_from_zero`, p.zero.
template <class M>
concept counted_from_zero =
    evenly_spaced<M> && M::pitch == 1.0f &&
    (fixed_zero<M> || (has_zero_point<M> && requires { requires bool(M::counts_from_zero); }));

/// Its levels are a table in units of the scale: decode(c, p) = level(c) * p.scale.
template <class M>
concept scaled_levels = mapping<M> && requires(const M m, code_t c) {
    { m.level(c) } noexcept -> std::same_as<float>;
};

/// Its levels are trained and stored: `levels` is the codebook, `train` fits it to normalised
/// values (value / scale) with non-negative weights (empty: all equal).
template <class M>
concept trainable_mapping = mapping<M> && requires(M m, floats values, floats weights) {
    m.train(values, weights);
    { m.levels[0] } -> std::convertible_to<float>;
};

/// It also finds the value of the nearest level by multiplication, for sums that compare grids:
/// `nearest_value(x, p, inverse)` with inverse = inverse_of(p.scale). Where two levels are equally
/// far from x, to a few roundings, it may be either.
template <class M>
concept multiplying_mapping = mapping<M> && requires(const M m, float x, typename M::params p) {
    { m.nearest_value(x, p, x) } noexcept -> std::same_as<float>;
};

/// Or by bisection: splits()[c] ends the values, in scales, of code c - 1 and begins those of c;
/// the first is of no account. Rounding to the nearest by `locate` turns at the same places, to
/// within 2^-21 of the largest level. `codes` is a power of two.
template <class M>
concept split_mapping = mapping<M> && !multiplying_mapping<M> && requires(const M m) {
    { m.splits()[0] } -> std::convertible_to<float>;
};

/// 1 / scale within the range of float: 0 for an all-zero group.
template <class Real> [[nodiscard]] GRADUS_INLINE constexpr Real inverse_of(Real scale) noexcept {
    constexpr float largest = 0x1.fffffep127f;
    const auto none = scale == Real(0.0f);
    const Real inverse = Real(1.0f) / either(none, Real(1.0f), scale);
    return either(none, Real(0.0f), least(greatest(inverse, Real(-largest)), Real(largest)));
}

/// The value of a code as a `Real`: of one code, or of one a lane.
template <class Real, mapping M, class Code, class Params>
[[nodiscard]] GRADUS_INLINE constexpr Real decode_as(const M& m, Code c, const Params& p) noexcept {
    if constexpr (requires { m.template decode<Real>(c, p); }) {
        return m.template decode<Real>(c, p);
    } else {
        return m.decode(c, p);
    }
}

/// Parameters for the same interval, once the scale has been rounded to its stored form.
template <mapping M>
[[nodiscard]] GRADUS_INLINE constexpr typename M::params
with_scale(const M& m, interval range, typename M::params fitted, float stored) noexcept {
    if constexpr (requires { m.refit(range, stored); }) {
        return m.refit(range, stored);
    } else {
        fitted.scale = stored;
        return fitted;
    }
}

}  // namespace gradus
