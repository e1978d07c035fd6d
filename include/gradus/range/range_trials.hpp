// SPDX-License-Identifier: MIT
// The intervals that a search for a range tries: a start, scaled by sixteenths of an octave.
#pragma once

#include <gradus/core/real.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// 2^(k / 16).
[[nodiscard]] constexpr float sixteenth_power(int k) noexcept {
    constexpr float mantissa[16] = {1.0f,        1.04427378f, 1.09050773f, 1.13878863f,
                                    1.18920712f, 1.24185781f, 1.29683955f, 1.35425555f,
                                    1.41421356f, 1.47682615f, 1.54221083f, 1.61049033f,
                                    1.68179283f, 1.75625216f, 1.83400809f, 1.91520656f};
    float power = mantissa[((k % 16) + 16) % 16];
    for (int octave = k < 0 ? (k - 15) / 16 : k / 16; octave != 0; octave += octave < 0 ? 1 : -1) {
        power *= octave < 0 ? 0.5f : 2.0f;
    }
    return power;
}

/// Powers k = -down ... up, those nearest to 0 first; where mirrored intervals count too, each
/// sixteen powers are followed by the same ones mirrored. Trial i of [lo, hi] is
///
///     [keep_i lo + turn_i hi,  keep_i hi + turn_i lo]
///
/// where one of the factors is 0, so that the sum is exact.
struct range_trials {
    static constexpr int batch = 16;  ///< trials that are read at once
    static constexpr int reach = 96;  ///< six octaves: beyond that a grid has no use

    int count = 0;
    int lowest[2] = {-1, -1};   ///< where -down is: as it is and mirrored
    int highest[2] = {-1, -1};  ///< where up is
    float keep[2 * (2 * reach + 1) + batch];
    float turn[2 * (2 * reach + 1) + batch];

    GRADUS_INLINE constexpr range_trials(int down, int up, bool mirrored) noexcept
        : keep{}, turn{} {
        const int most = down < up ? up : down;
        int sixteen[batch] = {};
        int held = 0;
        for (int i = 0; i <= 2 * most; ++i) {
            const int k = i % 2 == 1 ? -(i + 1) / 2 : i / 2;
            if (-down <= k && k <= up) { sixteen[held++] = k; }
            if (held < batch && i < 2 * most) { continue; }
            for (int turned = 0; turned < (mirrored ? 2 : 1); ++turned) {
                for (int j = 0; j < held; ++j) {
                    if (sixteen[j] == -down) { lowest[turned] = count; }
                    if (sixteen[j] == up) { highest[turned] = count; }
                    (turned == 1 ? turn : keep)[count++] = sixteenth_power(sixteen[j]);
                }
            }
            held = 0;
        }
    }
};

/// Up to sixteen intervals: [keep_lo_i lo + turn_i hi,  keep_hi_i hi + turn_i lo], sixteen factors
/// of each kind; one term of each sum is 0.
struct interval_batch {
    interval from;
    const float* keep_lo;
    const float* keep_hi;
    const float* turn;
    int count;

    /// Of interval i, or of i and those after it, one a lane.
    template <class Real> [[nodiscard]] GRADUS_INLINE Real low(int i = 0) const noexcept {
        using lanes = lanes_of<Real>;
        return lanes::load(keep_lo + i) * Real(from.lo) + lanes::load(turn + i) * Real(from.hi);
    }

    template <class Real> [[nodiscard]] GRADUS_INLINE Real high(int i = 0) const noexcept {
        using lanes = lanes_of<Real>;
        return lanes::load(keep_hi + i) * Real(from.hi) + lanes::load(turn + i) * Real(from.lo);
    }

    [[nodiscard]] GRADUS_INLINE interval at(int i) const noexcept {
        return {low<float>(i), high<float>(i)};
    }

    /// Looks, one by one, for a loss_of(interval) below `least`: writes the least and returns where
    /// it was first, or returns -1.
    template <class LossOf>
    [[nodiscard]] GRADUS_INLINE int first_least(float& least, const LossOf& loss_of) const {
        int best = -1;
        for (int i = 0; i < count; ++i) {
            const float found = loss_of(at(i));
            if (!(found < least)) { continue; }
            least = found;
            best = i;
        }
        return best;
    }
};

/// The trials of a search with its default reach: a constant.
template <int Down, int Up, bool Mirrored>
inline constexpr range_trials usual_trials{Down, Up, Mirrored};

}  // namespace GRADUS_ISA
}  // namespace gradus
