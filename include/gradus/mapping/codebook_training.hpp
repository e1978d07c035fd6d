// SPDX-License-Identifier: MIT
// One-dimensional codebooks from data: empirical quantiles, density placement, Lloyd's iteration.
#pragma once

#include <gradus/core/cube_root.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/real.hpp>
#include <gradus/core/sort_words.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <vector>

namespace gradus {

/// How a trained codebook places its levels.
enum class codebook_placement {
    lloyd,    ///< density placement, then Lloyd's iteration: least squared error
    density,  ///< density^(1/3): .02 to .12 bit behind Lloyd on values in units of their group's
              ///< largest, at the cost of a histogram; long tails want many values a level
    mass,     ///< plain empirical quantiles: loses to clipped uniform levels nearly everywhere
};

inline namespace GRADUS_ISA {

/// Sorted values with prefix sums of weight and of weight * value. All sums run in ascending order
/// in double, and the product of two floats is exact there: the same bits on every machine.
class weighted_sample {
  public:
    /// In ascending order of values, and of weights where values are equal.
    weighted_sample(floats values, floats weights) {
        std::vector<std::uint64_t> items(values.size());
        for (index_t i = 0; i < values.size(); ++i) {
            items[i] = word_of(values[i], weights.empty() ? 1.0f : weights[i]);
        }
        sort_words(items);
        values_.reserve(items.size());
        mass_.reserve(items.size() + 1);
        moment_.reserve(items.size() + 1);
        mass_.push_back(0.0);
        moment_.push_back(0.0);
        for (const std::uint64_t item : items) {
            const float value = value_in(item);
            const auto weight =
                static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(item)));
            values_.push_back(value);
            mass_.push_back(mass_.back() + weight);
            moment_.push_back(moment_.back() + weight * static_cast<double>(value));
        }
    }

    [[nodiscard]] index_t size() const { return values_.size(); }

    [[nodiscard]] double mass() const { return mass_.back(); }

    [[nodiscard]] float lowest() const { return values_.front(); }

    [[nodiscard]] float highest() const { return values_.back(); }

    /// How many values lie below `x`.
    [[nodiscard]] index_t below(double x) const {
        const auto at =
            std::lower_bound(values_.begin(), values_.end(), x,
                             [](float v, double bound) { return static_cast<double>(v) < bound; });
        return static_cast<index_t>(at - values_.begin());
    }

    [[nodiscard]] double mass(index_t first, index_t last) const {
        return mass_[last] - mass_[first];
    }

    /// Weighted mean of values [first, last), or `otherwise` where they carry no weight.
    [[nodiscard]] double mean(index_t first, index_t last, double otherwise) const {
        const double total = mass(first, last);
        return total > 0.0 ? (moment_[last] - moment_[first]) / total : otherwise;
    }

    /// The value below which the share `p` of the mass lies.
    [[nodiscard]] double quantile(double p) const {
        const auto at = std::upper_bound(mass_.begin() + 1, mass_.end(), p * mass());
        const auto i = std::min(static_cast<index_t>(at - mass_.begin()) - 1, size() - 1);
        return static_cast<double>(values_[i]);
    }

  private:
    static constexpr std::uint32_t sign = 0x80000000u;

    /// Ordered as the pairs are: the bits of floats below zero are turned over, of others the sign.
    [[nodiscard]] static std::uint64_t word_of(float value, float weight) {
        const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);  // no -0
        const std::uint32_t ordered = (bits & sign) != 0 ? ~bits : bits | sign;
        return std::uint64_t{ordered} << 32 | std::bit_cast<std::uint32_t>(weight + 0.0f);
    }

    [[nodiscard]] static float value_in(std::uint64_t word) {
        const auto ordered = static_cast<std::uint32_t>(word >> 32);
        return std::bit_cast<float>((ordered & sign) != 0 ? ordered ^ sign : ~ordered);
    }

    std::vector<float> values_;
    std::vector<double> mass_;
    std::vector<double> moment_;
};

/// Levels at the (c + 1/2) / K quantiles of the mass: every code is used equally often.
inline void place_by_mass(const weighted_sample& sample, std::span<double> levels) {
    const auto count = static_cast<double>(levels.size());
    for (index_t c = 0; c < levels.size(); ++c) {
        levels[c] = sample.quantile((static_cast<double>(c) + 0.5) / count);
    }
}

/// Cells of equal integral of density^(1/3), the asymptotically best placement; each level is the
/// mean of its cell. The density is that of 8 bins a level with equal mass each, which
/// follows heavy tails where bins of equal width would leave the middle in a few of them: over a
/// bin of mass m and width w the integral is (m / w)^(1/3) w. Source: Panter, Dite 1951.
inline void place_by_density(const weighted_sample& sample, std::span<double> levels) {
    const index_t bins = std::min(8 * levels.size(), sample.size());
    std::vector<index_t> cut(bins + 1);
    std::vector<double> edge(bins + 1);
    std::vector<double> integral(bins + 1, 0.0);
    for (index_t b = 0; b <= bins; ++b) {
        const double share = static_cast<double>(b) / static_cast<double>(bins);
        edge[b] = b == bins ? static_cast<double>(sample.highest()) : sample.quantile(share);
        cut[b] = b == bins ? sample.size() : sample.below(edge[b]);
    }
    for (index_t b = 0; b < bins; ++b) {
        const double width = edge[b + 1] - edge[b];
        const double mass = sample.mass(cut[b], cut[b + 1]);
        integral[b + 1] = integral[b] + cube_root(mass * width * width);
    }
    index_t b = 0;
    index_t first = 0;
    double start = edge[0];
    for (index_t c = 0; c < levels.size(); ++c) {
        const double share = static_cast<double>(c + 1) / static_cast<double>(levels.size());
        const double goal = rounded(integral[bins] * share);
        while (b + 1 < bins && integral[b + 1] <= goal) {
            ++b;
        }
        const double step = integral[b + 1] - integral[b];
        const double within = step > 0.0 ? std::min((goal - integral[b]) / step, 1.0) : 1.0;
        const double end = edge[b] + rounded((edge[b + 1] - edge[b]) * within);
        const index_t last =
            c + 1 == levels.size() ? sample.size() : std::max(first, sample.below(end));
        levels[c] = sample.mean(first, last, 0.5 * (start + end));
        first = last;
        start = end;
    }
}

/// Lloyd's iteration: split midway, move each level to the mean of its cell, until nothing moves
/// or `rounds` are done. `pinned` is a level that stays (levels.size(): none).
/// Source: Lloyd 1957/1982, IEEE Trans. Inf. Theory 28, 129.
inline void refine_by_lloyd(const weighted_sample& sample,
                            std::span<double> levels,
                            index_t pinned,
                            int rounds) {
    for (int round = 0; round < rounds; ++round) {
        double moved = 0.0;
        index_t first = 0;
        for (index_t c = 0; c < levels.size(); ++c) {
            const bool top = c + 1 == levels.size();
            const index_t last =
                top ? sample.size()
                    : std::max(first, sample.below(0.5 * (levels[c] + levels[c + 1])));
            if (c != pinned) {
                const double mean = sample.mean(first, last, levels[c]);
                moved = std::max(moved, std::abs(mean - levels[c]));
                levels[c] = mean;
            }
            first = last;
        }
        if (moved <
            1e-5 * (static_cast<double>(sample.highest()) - static_cast<double>(sample.lowest()))) {
            return;
        }
    }
}

/// 2^B ascending levels for a sample, each rounded to a 16-bit float. With `exact_zero` the level
/// nearest to zero is put there before the last rounds, and stays.
template <int B>
[[nodiscard]] std::array<float, 1 << B>
train_codebook(floats values, floats weights, codebook_placement placement, bool exact_zero) {
    constexpr int rounds = 60;
    const weighted_sample sample{values, weights};
    std::array<double, 1 << B> levels{};
    if (placement == codebook_placement::mass) {
        place_by_mass(sample, levels);
    } else {
        place_by_density(sample, levels);
    }
    const bool refine = placement == codebook_placement::lloyd;
    if (refine) { refine_by_lloyd(sample, levels, levels.size(), rounds); }
    if (exact_zero) {
        const auto nearest = std::min_element(levels.begin(), levels.end(), [](double a, double b) {
            return std::abs(a) < std::abs(b);
        });
        *nearest = 0.0;
        if (refine) {
            refine_by_lloyd(sample, levels, static_cast<index_t>(nearest - levels.begin()), rounds);
        }
    }
    std::sort(levels.begin(), levels.end());
    std::array<float, 1 << B> stored{};
    for (index_t c = 0; c < stored.size(); ++c) {
        const double level = std::clamp(levels[c], -65504.0, 65504.0);  // the finite range of f16
        stored[c] = f16::from(static_cast<float>(level)).value();
    }
    return stored;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
