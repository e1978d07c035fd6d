// SPDX-License-Identifier: MIT
// Losses of several candidate grids over one group: range/group_loss.hpp with values loaded once.
#pragma once

#include <gradus/kernels/vectorizable.hpp>
#include <gradus/range/group_loss.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// losses[i] = group_loss(map, candidates[i], ...), bit for bit; one candidate or up to sixteen.
template <vectorizable_mapping M> class candidate_losses {
  public:
    using params = typename M::params;

    GRADUS_INLINE
    candidate_losses(const M& map, floats values, floats weights, int half_power)
        : map_{map}, values_{values}, weights_{weights}, half_power_{half_power} {}

    [[nodiscard]] GRADUS_INLINE float operator()(params p) const noexcept {
        return group_loss<simd::f32x16>(map_, p, values_, weights_, half_power_);
    }

    void operator()(const params* candidates, int count, float* losses) const noexcept {
        int i = 0;
        if (half_power_ == 4 && values_.size() % simd::lanes == 0) {
            for (; i + 4 <= count; i += 4) {
                if (weights_.empty()) {
                    some<4, false>(candidates + i, losses + i);
                } else {
                    some<4, true>(candidates + i, losses + i);
                }
            }
        }
        for (; i < count; ++i) {
            losses[i] = (*this)(candidates[i]);
        }
    }

  private:
    template <index_t Count, bool Weighted>
    GRADUS_INLINE void some(const params* candidates, float* losses) const noexcept {
        using simd::f32x16;
        f32x16 sums[Count];
        float inverse[Count];
        simd::unrolled<Count>([&](index_t c) GRADUS_INLINE_LAMBDA {
            sums[c] = f32x16(0.0f);
            inverse[c] = inverse_of(candidates[c].scale);
        });
        for (index_t i = 0; i < values_.size(); i += simd::lanes) {
            const f32x16 x = f32x16::load(values_.data() + i);
            simd::unrolled<Count>([&](index_t c) GRADUS_INLINE_LAMBDA {
                f32x16 term = loss_term<f32x16>(map_, candidates[c], inverse[c], x, 4);
                if constexpr (Weighted) {
                    term = rounded(f32x16::load(weights_.data() + i) * term);
                }
                sums[c] = sums[c] + term;
            });
        }
        simd::unrolled<Count>([&](index_t c) GRADUS_INLINE_LAMBDA { losses[c] = sum(sums[c]); });
    }

    M map_;
    floats values_;
    floats weights_;
    int half_power_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
