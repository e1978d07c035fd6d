// SPDX-License-Identifier: MIT
// Levels trained on the data they are to quantize.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/mapping/codebook_grid.hpp>
#include <gradus/mapping/codebook_training.hpp>

#include <array>

namespace gradus {

/// A codebook of 2^B levels, one per matrix, times a scale per group.
///
///     decode(c) = L[c] * scale
///     fit([lo, hi]):  scale = hi if |hi| >= |lo|, else lo   (so the largest value maps to +1)
///
/// The sign of the scale makes the outermost value of every group positive in units of the scale:
/// the trained levels then need only one of their ends near 1. A mirrored interval (lo > hi) gives
/// the other sign.
///
/// Units:  `levels` are in scales, ascending, each a 16-bit float (the form in which they are
///         stored); `scale` has the unit of the values.
/// Error:  |x - decode(nearest)| <= |scale| * half the widest gap, between the outermost levels.
/// Source: Lloyd 1957/1982; Panter, Dite 1951; signed scales: this library.
template <int B> struct adaptive_quantile {
    static_assert(1 <= B && B <= 8);

    static constexpr label name = label{"adaptive_quantile"} + unsigned{B};
    static constexpr int bits = B;
    static constexpr int codes = 1 << B;
    static constexpr bool signed_scale = true;
    using params = scale_only;

    codebook_placement placement = codebook_placement::lloyd;
    bool exact_zero = false;  ///< keep one level at 0.0: needed where weights are pruned
    std::array<float, index_t{codes}> levels = evenly_spaced();

    /// The scale that `fit` gives, for one interval or one a lane.
    template <class Real>
    [[nodiscard]] GRADUS_INLINE constexpr Real fit_scale(Real lo, Real hi) const noexcept {
        const Real low = either(lo > hi, hi, lo);
        const Real high = either(lo > hi, lo, hi);
        const Real scale = either(magnitude(high) >= magnitude(low), high, low);
        return either(lo > hi, Real(0.0f) - scale, scale);
    }

    [[nodiscard]] GRADUS_INLINE constexpr params fit(interval range) const noexcept {
        return {fit_scale(range.lo, range.hi)};
    }

    template <class Real>
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return codebook_grid::locate<Real, codes>(codebook_grid::in_scales(x, p.scale),
                                                  levels.data());
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE Real decode(Code c, const Params& p) const noexcept {
        return level_at<Real, codes>(levels.data(), c) * Real(p.scale);
    }

    /// For searches (concepts/mapping.hpp).
    [[nodiscard]] GRADUS_INLINE std::array<float, index_t{codes}> splits() const noexcept {
        return codebook_grid::midpoints<codes>(levels.data());
    }

    [[nodiscard]] GRADUS_INLINE constexpr float level(code_t c) const noexcept { return levels[c]; }

    /// Fits `levels` to values in units of their scales; `weights` are non-negative, empty for all
    /// equal. Without any value the levels stay evenly spaced.
    GRADUS_INLINE void train(floats values, floats weights) {
        if (!values.empty()) { levels = train_codebook<B>(values, weights, placement, exact_zero); }
    }

    [[nodiscard]] GRADUS_INLINE static constexpr std::array<float, index_t{codes}> evenly_spaced() {
        std::array<float, index_t{codes}> even{};
        for (index_t c = 0; c < even.size(); ++c) {
            const float steps = 2.0f * static_cast<float>(c) + 1.0f - static_cast<float>(codes);
            even[c] = f16::from(steps / static_cast<float>(codes)).value();
        }
        return even;
    }
};

static_assert(mapping<adaptive_quantile<4>> && trainable_mapping<adaptive_quantile<8>>);
static_assert(scaled_levels<adaptive_quantile<4>>);

}  // namespace gradus
