// SPDX-License-Identifier: MIT
// Queries or weights with the scales of a packed unit folded in.
#pragma once

#include <gradus/kernels/attention_schemes.hpp>
#include <gradus/simd/fused_broadcast.hpp>
#include <gradus/simd/half_lanes.hpp>

#include <cmath>
#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// What the codes of up to 128 steps are multiplied with; see attention_schemes.hpp.
template <index_t Rows, attention_scheme S> struct kv_operands {
    static constexpr index_t most_steps = 128;
    static constexpr index_t digits = S::digits;
    static constexpr index_t some_digits = digits == 0 ? 1 : digits;

    alignas(64) float x[Rows][most_steps];
    alignas(64) std::int8_t digit[some_digits][Rows][digits == 0 ? 1 : most_steps];
    float unit[Rows];    ///< of the integers
    float offset[Rows];  ///< what is added to the sum of products
    float sum[Rows];     ///< of what was given; only where scales belong to lanes

    /// Where the scales and bases of these steps are; null where they belong to lanes.
    struct grid {
        const std::byte* scales;  ///< f16 [steps]
        const std::byte* bases;   ///< f16 [steps], or null: base = scale * base_ratio
        float base_ratio;
    };

    /// `steps` is a multiple of 16. Codes have `width` bits: with digits, what rounding leaves of x
    /// is multiplied with their middle.
    void fold(const float* from, index_t stride, index_t steps, const grid& by, int width) {
        simd::f32x16 most[Rows];
        simd::f32x16 added[Rows];
        if (by.scales == nullptr) {
            copy_rows(from, stride, steps, added, most);
        } else {
            fold_rows(from, stride, steps, by, added, most);
        }
        if constexpr (digits != 0) {
            round_rows(steps, static_cast<float>(1 << (width - 1)), most, added);
        }
        simd::unrolled<Rows>([&](index_t r) { offset[r] = simd::sum(added[r]); });
    }

  private:
    GRADUS_INLINE void copy_rows(const float* from,
                                 index_t stride,
                                 index_t steps,
                                 simd::f32x16 (&added)[Rows],
                                 simd::f32x16 (&most)[Rows]) {
        simd::f32x16 given[Rows];
        simd::unrolled<Rows>([&](index_t r) { added[r] = given[r] = most[r] = 0.0f; });
        for (index_t i = 0; i < steps; i += simd::lanes) {
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                const auto v = simd::f32x16::load(from + r * stride + i);
                v.store(&x[r][i]);
                given[r] = given[r] + v;
                most[r] = greatest(most[r], size_of(v));
            });
        }
        simd::unrolled<Rows>([&](index_t r) { sum[r] = simd::sum(given[r]); });
    }

    GRADUS_INLINE void fold_rows(const float* from,
                                 index_t stride,
                                 index_t steps,
                                 const grid& by,
                                 simd::f32x16 (&added)[Rows],
                                 simd::f32x16 (&most)[Rows]) {
        const simd::f32x16 ratio = by.base_ratio;
        simd::unrolled<Rows>([&](index_t r) { added[r] = most[r] = 0.0f; });
        for (index_t i = 0; i < steps; i += simd::lanes) {
            const auto scale = simd::load_f16(by.scales + 2 * i);
            const auto base = by.bases ? simd::load_f16(by.bases + 2 * i) : scale * ratio;
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                const auto v = simd::f32x16::load(from + r * stride + i);
                const auto folded = v * scale;
                folded.store(&x[r][i]);
                added[r] = fused(v, base, added[r]);
                most[r] = greatest(most[r], size_of(folded));
            });
        }
    }

    /// What is left is added, times the middle of the codes; what is not finite is left as it is.
    /// Adding 1.5 * 2^23 rounds to an integer, ties to even, and leaves it in the low bits.
    GRADUS_INLINE void round_rows(index_t steps,
                                  float middle,
                                  const simd::f32x16 (&most)[Rows],
                                  simd::f32x16 (&added)[Rows]) {
        constexpr float to_integer = 12582912.0f;
        simd::f32x16 inverse[Rows];
        simd::f32x16 left[Rows];
        simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
            const float step = simd::largest_lane(most[r]) / S::most;
            const bool some = step >= std::numeric_limits<float>::min() &&
                              step <= std::numeric_limits<float>::max();
            unit[r] = some ? step : 0.0f;
            inverse[r] = some ? 1.0f / step : 0.0f;
            left[r] = 0.0f;
        });
        for (index_t i = 0; i < steps; i += simd::lanes) {
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                const auto v = simd::f32x16::load(&x[r][i]);
                const auto shifted = fused(v, inverse[r], simd::f32x16(to_integer));
                left[r] = left[r] + fused_broadcast(unit[r], simd::f32x16(to_integer) - shifted, v);
                const auto whole = simd::to_bits(shifted);
                simd::store_low_bytes(whole, &digit[0][r][i]);
                if constexpr (digits == 2) {
                    simd::store_low_bytes((whole + simd::u32x16(128u)) >> 8, &digit[1][r][i]);
                }
            });
        }
        simd::unrolled<Rows>([&](index_t r) { added[r] = fused(left[r], middle, added[r]); });
    }

    [[nodiscard]] GRADUS_INLINE static simd::f32x16 size_of(const simd::f32x16& v) {
        return simd::from_bits(simd::to_bits(v) & simd::u32x16(0x7fffffffu));
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
