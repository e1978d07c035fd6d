// SPDX-License-Identifier: MIT
// The range of least squared error (or another norm), found by trying.
#pragma once

#include <gradus/concepts/range.hpp>
#include <gradus/range/group_loss.hpp>
#include <gradus/range/minmax.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// Multiplies the min-max interval by 2^(k / 16) and keeps the k of least loss
///
///     sum_i w_i |x_i - nearest level|^norm
///
/// for k = -down ... up (by default the factors [0.5, 2]); while the best lies on the edge of what
/// was tried, the search goes on beyond it. Mappings whose levels are not symmetric are tried
/// mirrored too; those with a zero point are then refined end by end. Ties keep the earlier
/// candidate, and the min-max interval itself is the first.
///
/// Units:  `norm` is 1, 1.5, 2, 2.5, 3, 3.5 or 4; weights are importances of the values.
/// Error:  never above that of min-max, in the given norm (as summed in float: magnitudes from 1e-9
/// to
///         1e9 are safe in every norm; beyond 1e-19 or 1e19 even squares leave the range of float).
/// Source: the grid search of Frantar et al. 2022's code (shrinking only); signs and ends: this
/// library.
struct mse_search {
    static constexpr std::string_view name = "mse";

    float norm = 2.0f;
    int down = 16;  ///< sixteenths of an octave below the min-max interval
    int up = 16;    ///< and above it: beyond 2^(6/16) wins 0.2 % of the error at most (nf4)

    [[nodiscard]] GRADUS_INLINE bool valid() const noexcept {
        return norm >= 1.0f && norm <= 4.0f && 2.0f * norm == round_down(2.0f * norm) &&
               down >= 0 && up >= 0 && down + up > 0;
    }

    [[nodiscard]] GRADUS_INLINE int half_power() const noexcept {
        return static_cast<int>(2.0f * norm);
    }

    template <mapping M>
    [[nodiscard]] GRADUS_INLINE interval operator()(floats values,
                                                    floats weights,
                                                    const M& map) const noexcept {
        return search(values, map, [&](typename M::params p) {
            return group_loss<float>(map, p, values, weights, half_power());
        });
    }

    /// The search itself, for any way of computing the loss of parameters.
    template <mapping M, class Loss>
    [[nodiscard]] interval search(floats values, const M& map, Loss&& loss) const noexcept {
        const auto fits = [&](const interval* ranges, int count, auto* to) {
            for (int i = 0; i < count; ++i) {
                to[i] = map.fit(ranges[i]);
            }
        };
        return search_from(minmax::of(values), map, loss, fits);
    }

    /// The same from the min-max interval on, with fits(ranges, count, parameters) for up to 16
    /// ranges at once; loss(parameters, count, losses), if there is one, for as many.
    template <mapping M, class Loss, class Fits>
    [[nodiscard]] interval
    search_from(interval start, const M& map, Loss&& loss, const Fits& fits) const noexcept {
        candidate best{start, loss(map.fit(start))};
        if (start.lo == start.hi || best.loss == 0.0f) { return start; }
        scan(start, map, loss, fits, best);
        if constexpr (mirrorable<M>) {
            if (M::signed_scale) { scan({start.hi, start.lo}, map, loss, fits, best); }
        }
        if constexpr (has_zero_point<M>) {
            const interval whole = best.range;
            const auto low_end = [&](int k) {
                return interval{rounded(whole.lo * factor(k)), whole.hi};
            };
            attempt_all<M>(-8, 8, low_end, loss, fits, best);
            const float lo = best.range.lo;
            const auto high_end = [&](int k) {
                return interval{lo, rounded(whole.hi * factor(k))};
            };
            attempt_all<M>(-8, 8, high_end, loss, fits, best);
        }
        return best.range;
    }

  private:
    struct candidate {
        interval range;
        float loss;
    };

    static constexpr int reach = 96;  // six octaves: beyond that a grid has no use

    /// 2^(k / 16).
    [[nodiscard]] static constexpr float power_of_two(int k) noexcept {
        constexpr float mantissa[16] = {1.0f,        1.04427378f, 1.09050773f, 1.13878863f,
                                        1.18920712f, 1.24185781f, 1.29683955f, 1.35425555f,
                                        1.41421356f, 1.47682615f, 1.54221083f, 1.61049033f,
                                        1.68179283f, 1.75625216f, 1.83400809f, 1.91520656f};
        float power = mantissa[((k % 16) + 16) % 16];
        for (int octave = k < 0 ? (k - 15) / 16 : k / 16; octave != 0;
             octave += octave < 0 ? 1 : -1) {
            power *= octave < 0 ? 0.5f : 2.0f;
        }
        return power;
    }

    [[nodiscard]] GRADUS_INLINE static float factor(int k) noexcept {
        static constexpr std::array<float, 2 * reach + 1> table = [] {
            std::array<float, 2 * reach + 1> powers{};
            for (int i = -reach; i <= reach; ++i) {
                powers[static_cast<index_t>(i + reach)] = power_of_two(i);
            }
            return powers;
        }();
        return -reach <= k && k <= reach ? table[static_cast<index_t>(k + reach)] : power_of_two(k);
    }

    /// Tries at(first) ... at(last). Parameters are fitted some at a time: one fit after each loss
    /// would wait for two divisions and the scale format, one after the other.
    template <mapping M, class At, class Loss, class Fits>
    GRADUS_INLINE static void attempt_all(
        int first, int last, const At& at, Loss& loss, const Fits& fits, candidate& best) noexcept {
        constexpr int batch = 16;
        interval ranges[batch];
        typename M::params fitted[batch];
        float losses[batch];
        for (int k = first; k <= last; k += batch) {
            const int count = last - k + 1 < batch ? last - k + 1 : batch;
            for (int i = 0; i < count; ++i) {
                ranges[i] = at(k + i);
            }
            fits(ranges, count, fitted);
            if constexpr (requires { loss(fitted, count, losses); }) {
                loss(fitted, count, losses);
            } else {
                for (int i = 0; i < count; ++i) {
                    losses[i] = loss(fitted[i]);
                }
            }
            int found = -1;
            float lowest = best.loss;
            for (int i = 0; i < count; ++i) {
                const bool better = losses[i] < lowest;
                found = better ? i : found;
                lowest = better ? losses[i] : lowest;
            }
            if (found >= 0) { best = {ranges[found], lowest}; }
        }
    }

    template <mapping M, class Loss, class Fits>
    GRADUS_INLINE void scan(interval start,
                            const M& map,
                            Loss& loss,
                            const Fits& fits,
                            candidate& best) const noexcept {
        const auto at = [&](int k) {
            return interval{rounded(start.lo * factor(k)), rounded(start.hi * factor(k))};
        };
        attempt_all<M>(-down, up, at, loss, fits, best);
        const auto beyond = [&](int k) {
            const float found = loss(map.fit(at(k)));
            if (!(found < best.loss)) { return false; }
            best = {at(k), found};
            return true;
        };
        if (best.range.lo == at(-down).lo && best.range.hi == at(-down).hi) {
            for (int k = -down - 1; k >= -reach && beyond(k); --k) {}
        } else if (best.range.lo == at(up).lo && best.range.hi == at(up).hi) {
            for (int k = up + 1; k <= reach && beyond(k); ++k) {}
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
