// SPDX-License-Identifier: MIT
// The levels of a codebook, looked up by codes as a block holds them.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/simd/lookup.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

template <scaled_levels M> class level_table {
    static constexpr unsigned size = M::bits <= 4 ? 16u : 1u << M::bits;

  public:
    explicit level_table(const M& map) {
        for (unsigned c = 0; c < size; ++c) {
            level_[c] = map.level(static_cast<code_t>(c % (1u << M::bits)));
        }
    }

    /// Of codes in the lowest bits of each lane, whatever lies above them.
    [[nodiscard]] GRADUS_INLINE simd::f32x16 at(const simd::u32x16& code) const {
        if constexpr (simd::parts == 1 && size == 16) {
            return simd::looked_up(simd::f32x16::load(level_), code);
        } else {
            return simd::lookup<int{size}>(level_, code & simd::u32x16(size - 1u));
        }
    }

  private:
    alignas(64) float level_[size];
};

}  // namespace GRADUS_ISA
}  // namespace gradus
