// SPDX-License-Identifier: MIT
// From integer sums of segments to the floats of a product.
#pragma once

#include <gradus/concepts/activation_scheme.hpp>
#include <gradus/kernels/dot_segment.hpp>
#include <gradus/kernels/tile_cursor.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Quantized tokens over the columns [first, last) of a matrix, which start and end at segments.
struct token_operands {
    operand_rows digits;
    const float* scale;     ///< [tokens][segments], or [tokens] where a whole token has one
    const float* sum;       ///< [tokens][segments]: of the integers
    index_t segment_count;  ///< in these columns
    index_t first;
    index_t last;
};

/// The operands of the tokens from `t` on.
template <activation_scheme A>
[[nodiscard]] GRADUS_INLINE token_operands tokens_from(token_operands x, index_t t) {
    x.digits.at += t * x.digits.token;
    x.scale += t * (A::scope == activation_scope::token ? 1 : x.segment_count);
    x.sum += t * x.segment_count;
    return x;
}

/// y(token, row): the rows of a tile, of which `height` exist.
struct tile_result {
    float* at;
    index_t stride;
    index_t height;
    bool add;  ///< to what is there
};

/// A group's scales and negative offsets, one row a lane.
template <index_t Halves> struct half_grids {
    simd::f32x16 scale[Halves];
    simd::f32x16 minus_offset[Halves];
};

template <layout_type L>
[[nodiscard]] GRADUS_INLINE half_grids<unit_terms<L>::halves>
grids_of(const tile_cursor<L>& cursor, const unit_terms<L>& weights) {
    half_grids<unit_terms<L>::halves> grids;
    simd::unrolled<unit_terms<L>::halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
        grids.scale[h] = cursor.grid(h).scale;
        grids.minus_offset[h] = weights.minus_offset(cursor.grid(h), h);
    });
    return grids;
}

/// Float sums of a few tokens over segments in ascending order, one lane a row.
template <class Shape, activation_scheme A> class tile_totals {
    static constexpr index_t halves = Shape::halves;

  public:
    GRADUS_INLINE void clear() {
        simd::unrolled<Shape::tokens * halves>([&](index_t i)
                                                   GRADUS_INLINE_LAMBDA { total_[i] = 0.0f; });
    }

    /// total += (sum - offset * sum of the activations) * scale
    GRADUS_INLINE void add(const segment_sums<Shape>& sums,
                           const half_grids<halves>& grids,
                           const token_operands& x,
                           index_t segment) {
        simd::unrolled<Shape::tokens>([&](index_t t) GRADUS_INLINE_LAMBDA {
            const index_t place = t * x.segment_count + segment;
            const simd::f32x16 of_token(x.sum[place]);
            simd::unrolled<halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
                const auto centred = fused(grids.minus_offset[h], of_token, sums.total(t, h));
                auto& total = total_[t * halves + h];
                if constexpr (A::scope == activation_scope::segment) {
                    total = fused(centred, grids.scale[h] * simd::f32x16(x.scale[place]), total);
                } else {
                    total = fused(centred, grids.scale[h], total);
                }
            });
        });
    }

    /// y (+)= total * pitch, times the token's scale where a token has one. Unrolled, as the totals
    /// would otherwise live in memory throughout.
    template <layout_type L>
    GRADUS_INLINE void
    store(const token_operands& x, const unit_terms<L>& weights, const tile_result& y) const {
        simd::unrolled<halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
            const float pitch = weights.pitch(h);
            const index_t top = h * simd::lanes;
            const index_t rows = y.height < top ? 0 : y.height - top;
            simd::unrolled<Shape::tokens>([&](index_t t) GRADUS_INLINE_LAMBDA {
                float by = pitch;
                if constexpr (A::scope == activation_scope::token) { by *= x.scale[t]; }
                float* to = y.at + t * y.stride + top;
                if (rows >= simd::lanes) {
                    const auto before = y.add ? simd::f32x16::load(to) : simd::f32x16(0.0f);
                    fused(total_[t * halves + h], by, before).store(to);
                } else {
                    store_rows(total_[t * halves + h], by, to, rows, y.add);
                }
            });
        });
    }

  private:
    [[gnu::noinline]] static void
    store_rows(simd::f32x16 total, float by, float* to, index_t rows, bool add) {
        float lanes[simd::lanes] = {};
        for (index_t r = 0; r < rows && add; ++r) {
            lanes[r] = to[r];
        }
        fused(total, by, simd::f32x16::load(lanes)).store(lanes);
        for (index_t r = 0; r < rows; ++r) {
            to[r] = lanes[r];
        }
    }

    simd::f32x16 total_[Shape::tokens * halves];
};

}  // namespace GRADUS_ISA
}  // namespace gradus
