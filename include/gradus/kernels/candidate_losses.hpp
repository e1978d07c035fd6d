// SPDX-License-Identifier: MIT
// Losses of sixteen candidate grids over one group at once: range/group_loss.hpp, a candidate a
// lane.
#pragma once

#include <gradus/kernels/lane_fit.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/range/group_loss.hpp>
#include <gradus/range/range_trials.hpp>

#include <bit>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Its nearest levels can be found for one grid a lane.
template <class M>
concept lane_searchable = vectorizable_mapping<M> &&
                          requires(const nearest_level<M> nearest, simd::f32x16 x, lane_grid p) {
                              { nearest(x, p, x) } -> std::same_as<simd::f32x16>;
                          };

/// Losses with the bits of group_loss. Lanes are candidates, so that no sum crosses lanes: of the
/// sixteen partial sums of the definition each is a register here.
template <vectorizable_mapping M> class candidate_losses {
    using f32x16 = simd::f32x16;

  public:
    using params = typename M::params;

    GRADUS_INLINE
    candidate_losses(const M& map, floats values, floats weights, int half_power)
        : map_{map}, nearest_{map}, values_{values}, weights_{weights}, half_power_{half_power} {}

    [[nodiscard]] GRADUS_INLINE float operator()(params p) const noexcept {
        return group_loss<f32x16>(nearest_, p, values_, weights_, half_power_);
    }

    /// The grid of least loss below `least` among those fitted to some intervals: writes its loss
    /// and returns its first place, or returns -1.
    [[nodiscard]] int operator()(const interval_batch& some, float& least) const {
        if constexpr (lane_searchable<M>) {
            const int count = some.count;
            const lane_grid p = fit_each(map_, some.low<f32x16>(), some.high<f32x16>());
            if (half_power_ != 4) {
                return weights_.empty() ? best_of<false, 0>(p, count, least)
                                        : best_of<true, 0>(p, count, least);
            }
            return weights_.empty() ? best_of<false, 4>(p, count, least)
                                    : best_of<true, 4>(p, count, least);
        } else {
            return some.first_least(least,
                                    [&](interval range) { return (*this)(map_.fit(range)); });
        }
    }

  private:
    /// The first half of the group, then the whole if one candidate may still be below the least:
    /// terms are never negative and rounding keeps order, so a sum that has reached it stays there.
    template <bool Weighted, int HalfPower>
    [[nodiscard]] GRADUS_INLINE int best_of(const lane_grid& p, int count, float& least) const {
        constexpr float none = std::numeric_limits<float>::infinity();
        const f32x16 inverse = inverse_of(p.scale);
        f32x16 sums[simd::lanes];
        const index_t blocks = values_.size() / simd::lanes;
        const index_t half = least < none ? (blocks + 1) / 2 : blocks;
        for (index_t j = 0; j < simd::lanes; j += 4) {
            add_four<true, Weighted, HalfPower>(p, inverse, j, 0, half, sums + j);
        }
        if (half != blocks) {
            if (!any(totals(sums) < f32x16(least))) { return -1; }
            for (index_t j = 0; j < simd::lanes; j += 4) {
                add_four<false, Weighted, HalfPower>(p, inverse, j, half, blocks, sums + j);
            }
        }
        for (index_t i = blocks * simd::lanes; i < values_.size(); ++i) {
            f32x16& sum = sums[i % simd::lanes];
            sum = sum + term<Weighted, HalfPower>(p, inverse, i);
        }
        const f32x16 asked = f32x16::load(ascending);
        f32x16 found = totals(sums);
        found = either(asked < f32x16(static_cast<float>(count)), found, f32x16(none));
        found = either(found < f32x16(least), found, f32x16(none));  // not a number neither
        const float lowest = simd::lowest(found);
        if (lowest == none) { return -1; }
        least = lowest;
        return std::countr_zero(simd::lane_bits(found == f32x16(lowest)));
    }

    /// Values j ... j + 3 of the blocks [first, last) of sixteen.
    template <bool Fresh, bool Weighted, int HalfPower>
    GRADUS_INLINE void add_four(const lane_grid& p,
                                const f32x16& inverse,
                                index_t j,
                                index_t first,
                                index_t last,
                                f32x16* sums) const noexcept {
        f32x16 sum[4];
        simd::unrolled<4>([&](index_t c)
                              GRADUS_INLINE_LAMBDA { sum[c] = Fresh ? f32x16(0.0f) : sums[c]; });
        for (index_t b = first; b < last; ++b) {
            simd::unrolled<4>([&](index_t c) GRADUS_INLINE_LAMBDA {
                sum[c] = sum[c] + term<Weighted, HalfPower>(p, inverse, b * simd::lanes + j + c);
            });
        }
        simd::unrolled<4>([&](index_t c) GRADUS_INLINE_LAMBDA { sums[c] = sum[c]; });
    }

    template <bool Weighted, int HalfPower>
    [[nodiscard]] GRADUS_INLINE f32x16 term(const lane_grid& p,
                                            const f32x16& inverse,
                                            index_t i) const noexcept {
        const int power = HalfPower == 0 ? half_power_ : HalfPower;
        const f32x16 found = loss_term<f32x16>(nearest_, p, inverse, f32x16(values_[i]), power);
        return Weighted ? rounded(f32x16(weights_[i]) * found) : found;
    }

    [[nodiscard]] GRADUS_INLINE static f32x16 totals(const f32x16* sums) noexcept {
        f32x16 t[8];
        simd::unrolled<8>([&](index_t j) GRADUS_INLINE_LAMBDA { t[j] = sums[j] + sums[j + 8]; });
        simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA { t[j] = t[j] + t[j + 4]; });
        return (t[0] + t[2]) + (t[1] + t[3]);
    }

    static constexpr float ascending[simd::lanes] = {0.0f,  1.0f,  2.0f,  3.0f, 4.0f,  5.0f,
                                                     6.0f,  7.0f,  8.0f,  9.0f, 10.0f, 11.0f,
                                                     12.0f, 13.0f, 14.0f, 15.0f};

    M map_;
    nearest_level<M> nearest_;
    floats values_;
    floats weights_;
    int half_power_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
