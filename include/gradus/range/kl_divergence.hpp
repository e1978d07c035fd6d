// SPDX-License-Identifier: MIT
// The range whose quantized histogram is closest to the original one.
#pragma once

#include <gradus/concepts/range.hpp>
#include <gradus/core/logarithm.hpp>
#include <gradus/range/minmax.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// Shrinks the min-max interval in 1/32 steps and keeps the one of least KL(P || Q):
///   P   the histogram of the values (256 bins), those outside the interval moved to its edge bins
///   Q   the unmoved histogram after quantization: each level's mass spread over its occupied bins
///
/// Meant for activations and for groups of hundreds of values; a short group has no histogram.
/// Importance weights count values in the histogram.
///
/// Units:  divergences in bits; only their order matters.
/// Source: Migacz 2017, "8-bit inference with TensorRT".
struct kl_divergence {
    static constexpr std::string_view name = "kl";
    static constexpr index_t bins = 256;

    template <mapping M>
    [[nodiscard]] interval operator()(floats values, floats weights, const M& map) const {
        const interval whole = minmax::of(values);
        const float width = (whole.hi - whole.lo) / static_cast<float>(bins);
        if (!(width > 0.0f)) { return whole; }
        std::array<double, bins> mass{};
        for (index_t i = 0; i < values.size(); ++i) {
            mass[bin_of(values[i], whole.lo, width)] +=
                weights.empty() ? 1.0 : static_cast<double>(weights[i]);
        }
        interval best = whole;
        double least_divergence = 1e300;
        for (int k = 32; k >= 4; --k) {
            const float factor = static_cast<float>(k) / 32.0f;
            const interval range{rounded(whole.lo * factor), rounded(whole.hi * factor)};
            const double found = divergence(mass, whole.lo, width, range, map);
            if (found < least_divergence) {
                least_divergence = found;
                best = range;
            }
        }
        return best;
    }

  private:
    [[nodiscard]] GRADUS_INLINE static index_t bin_of(float x, float lo, float width) noexcept {
        const float at = round_down((x - lo) / width);
        return static_cast<index_t>(least(greatest(at, 0.0f), static_cast<float>(bins - 1)));
    }

    template <mapping M>
    [[nodiscard]] static double divergence(
        const std::array<double, bins>& mass, float lo, float width, interval range, const M& map) {
        const index_t first = bin_of(range.lo, lo, width);
        const index_t last = bin_of(range.hi, lo, width);
        const auto p = map.fit(range);
        std::array<int, bins> level{};
        std::array<double, 256> level_mass{};
        std::array<int, 256> occupied{};
        double inside = 0.0;
        double total = 0.0;
        for (index_t b = 0; b < bins; ++b) {
            total += mass[b];
            if (b < first || b > last || mass[b] == 0.0) { continue; }
            const float centre = lo + rounded(width * (static_cast<float>(b) + 0.5f));
            const bracket at = map.locate(centre, p);
            level[b] = at.lower + (at.t > 0.5f ? 1 : 0);
            level_mass[static_cast<index_t>(level[b])] += mass[b];
            occupied[static_cast<index_t>(level[b])] += 1;
            inside += mass[b];
        }
        return inside > 0.0 ? compare(mass, level, level_mass, occupied, first, last, inside, total)
                            : 1e300;
    }

    [[nodiscard]] static double compare(const std::array<double, bins>& mass,
                                        const std::array<int, bins>& level,
                                        const std::array<double, 256>& level_mass,
                                        const std::array<int, 256>& occupied,
                                        index_t first,
                                        index_t last,
                                        double inside,
                                        double total) {
        double moved_low = 0.0;
        double moved_high = 0.0;
        for (index_t b = 0; b < first; ++b) {
            moved_low += mass[b];
        }
        for (index_t b = last + 1; b < bins; ++b) {
            moved_high += mass[b];
        }
        constexpr double floor_mass = 1e-6;  // Q where P gained mass in an empty bin
        double sum = 0.0;
        for (index_t b = first; b <= last; ++b) {
            const double p =
                (mass[b] + (b == first ? moved_low : 0.0) + (b == last ? moved_high : 0.0)) / total;
            if (p <= 0.0) { continue; }
            const auto at = static_cast<index_t>(level[b]);
            const double q = mass[b] > 0.0 ? level_mass[at] / occupied[at] / inside : floor_mass;
            sum += rounded(p * log2_exactly(p / q));
        }
        return sum;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
