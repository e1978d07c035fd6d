// SPDX-License-Identifier: MIT
// Nearest codes of a codebook, four rows by sixteen columns at a time.
#pragma once

#include <gradus/kernels/row_codes.hpp>
#include <gradus/simd/lookup.hpp>

#include <limits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Codebooks that fit a register, rounded to the nearest level: the code is the number of splits
/// below z = x / scale, by bisection.
///
/// Again a multiplication stands in for the division, and a comparison with the split for one with
/// the position between two levels. All roundings together move a split by less than 2^-21 of the
/// largest level L; so the code is certain unless z lies within 2^-20 L of a split. There, and
/// where 1 / scale leaves the normal numbers, `locate` decides. Zeros, of which pruned weights are
/// full and which may lie on a split, have the code that `locate` gives them.
template <layout_type L>
    requires(split_mapping<typename L::mapping_type> && scaled_levels<typename L::mapping_type> &&
             L::mapping_type::codes <= 16)
class row_codes<L, nearest> {
    using M = typename L::mapping_type;
    using f32x16 = simd::f32x16;
    static constexpr float none = std::numeric_limits<float>::infinity();
    static constexpr float far = std::numeric_limits<float>::max();

  public:
    static constexpr code_t lowest = 0;
    static constexpr code_t highest = 255;  // all words are codes

    GRADUS_INLINE row_codes(const M& map,
                            const tile_grid<L>* grids,
                            index_t groups,
                            std::optional<nearest::state>*,
                            index_t first)
        : map_{&map}, grids_{grids}, first_{first} {
        // Finite ends: an infinite z then lies "near" one, and no difference is NaN.
        const auto splits = map.splits();
        begins_[0] = -far;
        for (index_t c = 1; c < splits.size(); ++c) {
            begins_[c] = ends_[c - 1] = least(splits[c], far);
        }
        ends_[M::codes - 1] = far;
        const float largest =
            greatest(magnitude(map.level(0)), magnitude(map.level(code_t{M::codes - 1})));
        bool sound = true;
        for (index_t g = 0; g < groups; ++g) {
            for (index_t j = 0; j < 4; ++j) {
                const float scale = grids[g].scale[first + j];
                const bool normal = magnitude(scale) > 0x1p-120f && magnitude(scale) < 0x1p120f;
                inverse_[4 * g + j] = normal ? 1.0f / scale : 0.0f;
                sound = sound && normal;
            }
        }
        near_ = sound ? largest * 0x1p-20f : none;
        zero_ = nearest{}.start(0).choose(map.locate(0.0f, typename M::params{1.0f}));
    }

    struct four_rows {
        const row_codes& all;
        index_t group;

        /// Sixteen columns of the rows at `x`, `stride` apart.
        GRADUS_INLINE void choose(const float* x, index_t stride, simd::u32x16 (&words)[4]) const {
            using simd::u32x16;
            f32x16 closest(none);
            simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
                const f32x16 value = f32x16::load(x + j * stride);
                const f32x16 z = value * f32x16(all.inverse_[4 * group + j]);
                u32x16 code(0u);
                for (std::uint32_t step = M::codes / 2; step > 0; step /= 2) {
                    const u32x16 next = code + u32x16(step);
                    code = either(simd::lookup<M::codes>(all.begins_, next) < z, next, code);
                }
                const f32x16 above = z - simd::lookup<M::codes>(all.begins_, code);
                const f32x16 below = simd::lookup<M::codes>(all.ends_, code) - z;
                const auto is_zero = value == f32x16(0.0f);
                closest = least(closest, either(is_zero, f32x16(none), least(above, below)));
                words[j] = either(is_zero, u32x16(all.zero_), code);
            });
            if (any(closest <= f32x16(all.near_))) [[unlikely]] { locate(x, stride, words); }
        }

        GRADUS_INLINE void locate(const float* x, index_t stride, simd::u32x16 (&words)[4]) const {
            simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
                const typename M::params p{all.grids_[group].scale[all.first_ + j]};
                words[j] =
                    nearest{}.start(0).choose(all.map_->locate(f32x16::load(x + j * stride), p));
            });
        }
    };

    [[nodiscard]] GRADUS_INLINE four_rows of_group(index_t g) const { return {*this, g}; }

  private:
    const M* map_;
    const tile_grid<L>* grids_;
    index_t first_;
    float near_;
    std::uint32_t zero_;
    float inverse_[simd::lanes];
    float begins_[M::codes];
    float ends_[M::codes];
};

}  // namespace GRADUS_ISA
}  // namespace gradus
