// SPDX-License-Identifier: MIT
// From integer sums of segments to the floats of a product.
#pragma once

#include <gradus/kernels/dot_segment.hpp>
#include <gradus/kernels/tile_cursor.hpp>
#include <gradus/kernels/token_operands.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// y(token, row): the rows of a tile, of which `height` exist.
struct tile_result {
    float* at;
    index_t stride;
    index_t height;
    bool add;  ///< to what is there

    /// Asks for the lines that will be written: tokens lie a whole row of y apart.
    GRADUS_INLINE void prefetch(index_t tokens) const {
        for (index_t t = 0; t < tokens; ++t) {
            for (index_t r = 0; r < height; r += simd::lanes) {
                __builtin_prefetch(at + t * stride + r, 1);
            }
        }
    }

    /// Of the tokens from `t` on.
    [[nodiscard]] GRADUS_INLINE tile_result from_token(index_t t) const {
        return {at + t * stride, stride, height, add};
    }
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
template <class Shape, layout_type L, activation_scheme A> class tile_totals {
    static constexpr index_t halves = Shape::halves;
    using operands_type = token_operands<L, A>;

  public:
    GRADUS_INLINE void clear() {
        simd::unrolled<Shape::tokens * halves>([&](index_t i)
                                                   GRADUS_INLINE_LAMBDA { total_[i] = 0.0f; });
    }

    /// total += (sum - offset * sum of the activations) * scale, where sums do not start there
    GRADUS_INLINE void add(const segment_sums<Shape>& sums,
                           const half_grids<halves>& grids,
                           const operands_type& x,
                           index_t segment) {
        simd::unrolled<Shape::tokens>([&](index_t t) GRADUS_INLINE_LAMBDA {
            const index_t place = t * x.segment_count + segment;
            simd::unrolled<halves>([&](index_t h) GRADUS_INLINE_LAMBDA {
                simd::f32x16 centred = sums.total(t, h);
                if constexpr (!operands_type::starts_at_offset) {
                    centred = fused(grids.minus_offset[h], x.sum[place], centred);
                }
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
    GRADUS_INLINE void
    store(const operands_type& x, const unit_terms<L>& weights, const tile_result& y) const {
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
