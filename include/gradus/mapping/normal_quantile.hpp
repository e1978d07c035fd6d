// SPDX-License-Identifier: MIT
// Levels for values that follow a normal distribution.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/codebook_grid.hpp>
#include <gradus/mapping/normal_levels.hpp>

#include <algorithm>
#include <array>

namespace gradus {

/// Fixed levels L for a normal distribution, times a scale; which ones, `Placement` says.
///
///     decode(c) = L[c] * scale
///     fit([lo, hi]):  scale = max(|lo|, |hi|) / max |L|
///
/// lloyd:       E[Z | cell] with cells split midway: least squared error. No zero level.
/// equal_mass:  L[c] = Phi^-1((c + 1/2) / 2^B), and x belongs to the level whose probability bin
///              (Phi^-1(c / 2^B), Phi^-1((c + 1) / 2^B)] holds it. All codes are equally likely,
///              and the squared error is far from least; kept to compare with the QAQ cache
///              quantizer.
/// nf:          2^(B-1) - 1 negative and 2^(B-1) positive quantiles, scaled to [-1, 1], and an
/// exact
///              zero; at 4 bits the NF4 table.
///
/// Units:  `scale` has the unit of the values: one standard deviation (lloyd, equal_mass) or the
///         largest magnitude (nf). A mirrored interval (lo > hi) gives -scale.
/// Error:  |x - decode(nearest)| <= half the widest gap between levels, times |scale|, in between
///         the outermost levels (equal_mass: the whole widest half-bin).
/// Source: Lloyd 1957/1982, Max 1960; Dong et al. 2024, arXiv:2403.04643; Dettmers et al. 2023,
///         arXiv:2305.14314.
template <int B, normal_placement Placement = normal_placement::lloyd> struct normal_quantile {
    static_assert(1 <= B && B <= 8);
    static_assert(Placement != normal_placement::nf || B >= 2,
                  "a zero level needs at least two bits");

    static constexpr label name =
        label{"normal_quantile"} + unsigned{B} + placement_suffix(Placement);
    static constexpr int bits = B;
    static constexpr int codes = 1 << B;
    static constexpr bool signed_scale = Placement == normal_placement::nf;
    static constexpr bool fits_by_magnitude = true;
    using params = scale_only;

    /// The scale that `fit` gives, for one interval or one a lane.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE Real fit_scale(Real lo, Real hi) const noexcept {
        const float* levels = normal_levels<B, Placement>.data();
        const Real largest = greatest(magnitude(lo), magnitude(hi));
        const Real scale = largest / Real(greatest(magnitude(levels[0]), levels[codes - 1]));
        return signed_scale ? either(lo > hi, Real(0.0f) - scale, scale) : scale;
    }

    [[nodiscard]] GRADUS_INLINE params fit(interval range) const noexcept {
        return {fit_scale(range.lo, range.hi)};
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        const Real z = codebook_grid::in_scales(x, p.scale);
        if constexpr (Placement == normal_placement::equal_mass) {
            return codebook_grid::locate_by_bins<Real, codes>(z, normal_levels<B, Placement>.data(),
                                                              normal_bins<B>.data());
        } else {
            return codebook_grid::locate<Real, codes>(z, normal_levels<B, Placement>.data());
        }
    }

    /// For searches (concepts/mapping.hpp).
    [[nodiscard]] GRADUS_INLINE static std::array<float, index_t{codes}> splits() noexcept {
        if constexpr (Placement == normal_placement::equal_mass) {
            std::array<float, index_t{codes}> begins{};
            std::copy_n(normal_bins<B>.data(), codes - 1, begins.data() + 1);
            return begins;
        } else {
            return codebook_grid::midpoints<codes>(normal_levels<B, Placement>.data());
        }
    }

    [[nodiscard]] GRADUS_INLINE static float level(code_t c) noexcept {
        return normal_levels<B, Placement>[c];
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE Real decode(Code c, const Params& p) const noexcept {
        return level_at<Real, codes>(normal_levels<B, Placement>.data(), c) * Real(p.scale);
    }
};

static_assert(mapping<normal_quantile<1>> &&
              mapping<normal_quantile<8, normal_placement::equal_mass>>);
static_assert(mirrorable<normal_quantile<4, normal_placement::nf>>);
static_assert(scaled_levels<normal_quantile<4>>);

}  // namespace gradus
