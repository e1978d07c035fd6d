// SPDX-License-Identifier: MIT
// Codes of four rows of a tile, sixteen columns at a time.
#pragma once

#include <gradus/kernels/lane_grid.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/layout/grid_words.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/simd/narrow.hpp>

#include <cstring>
#include <limits>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// Codes of rows first ... first + 3 in up to four groups; this primary template is the definition,
/// a vector at a time. The words become codes by `simd::narrowed` and by clamping to [lowest,
/// highest].
template <layout_type L, rounding R> class row_codes {
    using M = typename L::mapping_type;
    using state = decltype(std::declval<const R&>().start(index_t{0}));

  public:
    static constexpr code_t lowest = 0;
    static constexpr code_t highest = 255;

    GRADUS_INLINE row_codes(const M& map,
                            const tile_grid<L>* grids,
                            index_t,
                            std::optional<state>* states,
                            index_t first)
        : map_{&map}, grids_{grids}, states_{states + first}, first_{first} {}

    struct four_rows {
        const M& map;
        const tile_grid<L>& grid;
        std::optional<state>* states;
        index_t first;

        /// Sixteen columns of the rows at `x`, `stride` apart.
        GRADUS_INLINE void choose(const float* x, index_t stride, simd::u32x16 (&words)[4]) const {
            simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
                const auto values = simd::f32x16::load(x + j * stride);
                words[j] = states[j]->choose(map.locate(values, grid.at(first + j)));
            });
        }
    };

    [[nodiscard]] GRADUS_INLINE four_rows of_group(index_t g) const {
        return {*map_, grids_[g], states_, first_};
    }

  private:
    const M* map_;
    const tile_grid<L>* grids_;
    std::optional<state>* states_;
    index_t first_;
};

/// The nearest code is the nearest integer to x / scale + zero, ties to even: `locate` splits that
/// position into a code and a fraction, and `nearest` puts them together again.
///
/// A multiplication with 1 / scale takes a sixth of the time of a division (Zen 4). For positions
/// up to C + 1, C = codes, it errs, as the division does, by less than 3 (C + 1) 2^-24 in all
/// roundings together; so both lead to the same code unless the position lies within (C + 1) 2^-21
/// of the middle of two codes. There, and where 1 / scale leaves the normal numbers, division
/// decides.
template <layout_type L>
    requires rounds_positions<typename L::mapping_type>
class row_codes<L, nearest> {
    using M = typename L::mapping_type;
    using f32x16 = simd::f32x16;

  public:
    static constexpr code_t lowest = [] {
        if constexpr (requires { M::first_code; }) { return code_t{M::first_code}; }
        return code_t{0};
    }();
    static constexpr code_t highest = code_t{M::codes - 1};

    GRADUS_INLINE row_codes(const M& map,
                            const tile_grid<L>* grids,
                            index_t groups,
                            std::optional<nearest::state>*,
                            index_t first) {
        code_t zeros[simd::lanes] = {};
        for (index_t g = 0; g < groups; ++g) {
            std::memcpy(scale_ + 4 * g, grids[g].scale + first, 4 * sizeof(float));
            std::memcpy(zeros + 4 * g, grids[g].zero + first, 4);
        }
        const lane_grid lanes{f32x16::load(scale_), simd::load_codes(zeros)};
        map.template zero_level<f32x16>(lanes).store(zero_);
        const f32x16 none(0.0f);
        const f32x16 size = magnitude(lanes.scale);
        const f32x16 sound = either(size > f32x16(0x1p-120f),
                                    either(size < f32x16(0x1p120f), f32x16(1.0f), none), none);
        either(sound > none, f32x16(1.0f) / lanes.scale, none).store(inverse_);
        clear_ = any(either(sound > none, none, size) > none) ? -1.0f : certain;
    }

    struct four_rows {
        f32x16 inverse[4];
        f32x16 zero[4];
        float clear;
        const float* scale;

        /// Sixteen columns of the rows at `x`, `stride` apart.
        GRADUS_INLINE void choose(const float* x, index_t stride, simd::u32x16 (&words)[4]) const {
            f32x16 furthest(0.0f);
            simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
                const f32x16 position = fused(f32x16::load(x + j * stride), inverse[j], zero[j]);
                words[j] = nearest_words(position);
                furthest = greatest_magnitude(furthest, position - from_words(words[j]));
            });
            if (any(furthest > f32x16(clear))) [[unlikely]] { divide(x, stride, words); }
        }

        GRADUS_INLINE void divide(const float* x, index_t stride, simd::u32x16 (&words)[4]) const {
            simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
                // Of a group of zeros every value becomes the zero level: x / infinity + zero.
                const float by =
                    scale[j] == 0.0f ? std::numeric_limits<float>::infinity() : scale[j];
                const f32x16 position = f32x16::load(x + j * stride) / f32x16(by) + zero[j];
                words[j] = nearest_words(least(position, f32x16(static_cast<float>(highest))));
            });
        }
    };

    [[nodiscard]] GRADUS_INLINE four_rows of_group(index_t g) const {
        four_rows four;
        simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
            four.inverse[j] = f32x16(inverse_[4 * g + j]);
            four.zero[j] = f32x16(zero_[4 * g + j]);
        });
        four.clear = clear_;
        four.scale = scale_ + 4 * g;
        return four;
    }

  private:
    /// How far from a code a position may lie and still belong to it for certain.
    static constexpr float certain = 0.5f - static_cast<float>(M::codes + 1) * 0x1p-21f;

    float scale_[simd::lanes] = {};
    float inverse_[simd::lanes];
    float zero_[simd::lanes];
    float clear_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
