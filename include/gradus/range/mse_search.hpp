// SPDX-License-Identifier: MIT
// The range of least squared error (or another norm), found by trying.
#pragma once

#include <gradus/concepts/range.hpp>
#include <gradus/range/group_loss.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/range/range_trials.hpp>

#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Multiplies the min-max interval by 2^(k / 16) and keeps the k of least loss
///
///     sum_i w_i |x_i - nearest level|^norm
///
/// for k = -down ... up (by default the factors [0.5, 1.35]); while the best lies on the edge of
/// what was tried, the search goes on beyond it. Mappings whose levels are not symmetric are tried
/// mirrored too; those with a zero point are then refined end by end. Ties keep the earlier
/// candidate: the min-max interval itself is the first, then those nearest to it
/// (range/range_trials.hpp): 24 candidates, 48 where mirrored ones count.
///
/// Units:  `norm` is 1, 1.5, 2, 2.5, 3, 3.5 or 4; weights are importances of the values.
/// Error:  never above that of min-max, in the given norm (as summed in float: magnitudes from 1e-9
/// to
///         1e9 are safe in every norm; beyond 1e-19 or 1e19 even squares leave the range of float).
/// Source: the grid search of Frantar et al. 2022's code (shrinking only); signs and ends: this
/// library.
struct mse_search {
    static constexpr std::string_view name = "mse";
    static constexpr int usual_down = 16;
    static constexpr int usual_up = 7;

    float norm = 2.0f;
    int down = usual_down;  ///< sixteenths of an octave below the min-max interval
    int up = usual_up;  ///< and above it: more wins only for nf4 (groups of 32: 0.6 % of the error)

    [[nodiscard]] GRADUS_INLINE bool valid() const noexcept {
        return norm >= 1.0f && norm <= 4.0f && 2.0f * norm == round_down(2.0f * norm) &&
               0 <= down && down <= range_trials::reach && 0 <= up && up <= range_trials::reach &&
               down + up > 0;
    }

    [[nodiscard]] GRADUS_INLINE int half_power() const noexcept {
        return static_cast<int>(2.0f * norm);
    }

    /// Intervals that are tried for each group, those beyond an edge apart.
    template <mapping M> [[nodiscard]] GRADUS_INLINE constexpr int candidates() const noexcept {
        return (down + up + 1) * (mirrored<M> ? 2 : 1) + (has_zero_point<M> ? 2 * batch : 0);
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
        const auto best_of = [&](const interval_batch& some, float& least) {
            return some.first_least(least, [&](interval range) { return loss(map.fit(range)); });
        };
        return search_from(minmax::of(values), map, loss, best_of);
    }

    /// The same from the min-max interval on. best_of(intervals, least) looks for a loss below
    /// `least` among those of a batch: it writes the least and returns where it was first, or
    /// returns -1.
    template <mapping M, class Loss, class BestOf>
    [[nodiscard]] interval
    search_from(interval start, const M& map, Loss&& loss, const BestOf& best_of) const noexcept {
        if (start.lo == start.hi) { return start; }
        candidate best{start, std::numeric_limits<float>::infinity()};
        if (down == usual_down && up == usual_up) {
            attempt_all(start, usual_trials<usual_down, usual_up, mirrored<M>>, map, loss, best_of,
                        best);
        } else {
            attempt_all(start, range_trials{down, up, mirrored<M>}, map, loss, best_of, best);
        }
        if constexpr (has_zero_point<M>) {
            const interval whole = best.range;
            attempt_ends(whole, true, best_of, best);
            attempt_ends({best.range.lo, whole.hi}, false, best_of, best);
        }
        return best.range;
    }

  private:
    static constexpr int batch = range_trials::batch;

    /// Whether mirrored intervals give other grids.
    template <mapping M>
    static constexpr bool mirrored = [] {
        if constexpr (mirrorable<M>) { return M::signed_scale; }
        return false;
    }();

    struct candidate {
        interval range;
        float loss;
    };

    template <class BestOf>
    GRADUS_INLINE static int
    attempt(const interval_batch& some, const BestOf& best_of, candidate& best) noexcept {
        const int at = best_of(some, best.loss);
        if (at >= 0) { best.range = some.at(at); }
        return at;
    }

    template <mapping M, class Loss, class BestOf>
    GRADUS_INLINE void attempt_all(interval start,
                                   const range_trials& trials,
                                   const M& map,
                                   Loss& loss,
                                   const BestOf& best_of,
                                   candidate& best) const noexcept {
        int found = -1;
        for (int first = 0; first < trials.count && best.loss != 0.0f; first += batch) {
            const float* const keep = trials.keep + first;
            const int left = trials.count - first;
            const int count = left < batch ? left : batch;
            const int at = attempt({start, keep, keep, trials.turn + first, count}, best_of, best);
            if (at >= 0) { found = first + at; }
        }
        if (found < 0) { return; }
        for (const bool turned : {false, true}) {
            const interval from = turned ? interval{start.hi, start.lo} : start;
            if (found == trials.lowest[turned ? 1 : 0]) { go_on(from, -down, -1, map, loss, best); }
            if (found == trials.highest[turned ? 1 : 0]) { go_on(from, up, 1, map, loss, best); }
        }
    }

    /// One end times 2^(-8/16) ... 2^(7/16).
    template <class BestOf>
    GRADUS_INLINE static void
    attempt_ends(interval whole, bool low, const BestOf& best_of, candidate& best) noexcept {
        static constexpr float ones[batch] = {1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f,
                                              1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f, 1.0f};
        const range_trials& by = usual_trials<8, 7, false>;
        attempt({whole, low ? by.keep : ones, low ? ones : by.keep, by.turn, batch}, best_of, best);
    }

    /// Beyond the edge k of what was tried, while that helps.
    template <mapping M, class Loss>
    static void
    go_on(interval from, int k, int step, const M& map, Loss& loss, candidate& best) noexcept {
        for (k += step; -range_trials::reach <= k && k <= range_trials::reach; k += step) {
            const float by = sixteenth_power(k);
            const interval range{by * from.lo, by * from.hi};
            const float there = loss(map.fit(range));
            if (!(there < best.loss)) { return; }
            best = {range, there};
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
