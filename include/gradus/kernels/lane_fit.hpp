// SPDX-License-Identifier: MIT
// Sixteen fits at once: of sixteen rows, or of sixteen candidates of one row.
#pragma once

#include <gradus/kernels/lane_grid.hpp>
#include <gradus/kernels/vectorizable.hpp>
#include <gradus/layout/stored_mapping.hpp>
#include <gradus/simd/round_f16.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// `fit` has a form for lanes: fit_scale(lo, hi), and fit_zero(lo, scale) where it has a zero
/// point.
template <class M>
concept lane_fittable =
    mapping<M> && (GRADUS_HAS_SIMD == 1) && requires(const M m, simd::f32x16 x) {
        { m.fit_scale(x, x) } -> std::same_as<simd::f32x16>;
    } && (!has_zero_point<M> || requires(const M m, simd::f32x16 x) {
        { m.fit_zero(x, x) } -> std::same_as<simd::f32x16>;
    });

/// S::decode(S::encode(scale)), a lane each.
template <scale_format S> struct stored_scales {
    [[nodiscard]] GRADUS_INLINE static simd::f32x16 of(const simd::f32x16& wanted,
                                                       const std::uint32_t* row_words) {
        float scales[simd::lanes];
        wanted.store(scales);
        for (index_t r = 0; r < simd::lanes; ++r) {
            scales[r] = S{}.decode(S{}.encode(scales[r], row_words[r]), row_words[r]);
        }
        return simd::f32x16::load(scales);
    }
};

template <> struct stored_scales<f16_scale> {
    [[nodiscard]] GRADUS_INLINE static simd::f32x16 of(const simd::f32x16& wanted,
                                                       const std::uint32_t*) {
        return simd::rounded_to_f16(wanted);
    }
};

template <> struct stored_scales<f32_scale> {
    [[nodiscard]] GRADUS_INLINE static simd::f32x16 of(const simd::f32x16& wanted,
                                                       const std::uint32_t*) {
        return wanted;
    }
};

/// Sixteen grids: `wanted` before its scale was rounded to the stored form.
struct fitted_lanes {
    simd::f32x16 wanted;
    simd::f32x16 scale;
    simd::f32x16 zero;
};

/// What stored_mapping<M, S>::fit gives for each lane.
template <lane_fittable M, scale_format S>
[[nodiscard]] GRADUS_INLINE fitted_lanes fit_lanes(const M& map,
                                                   const simd::f32x16& lo,
                                                   const simd::f32x16& hi,
                                                   const std::uint32_t* row_words) {
    fitted_lanes f;
    f.wanted = map.fit_scale(lo, hi);
    f.scale = stored_scales<S>::of(f.wanted + simd::f32x16(0.0f), row_words);
    f.zero = simd::f32x16(0.0f);
    if constexpr (has_zero_point<M>) {
        f.zero = map.fit_zero(lo, f.scale);
        f.scale = either(f.scale > simd::f32x16(0.0f), f.scale, simd::f32x16(0.0f));
    }
    return f;
}

/// map.fit of sixteen intervals.
template <mapping M>
[[nodiscard]] GRADUS_INLINE lane_grid fit_each(const M& map,
                                               const simd::f32x16& lo,
                                               const simd::f32x16& hi) {
    float low[simd::lanes];
    float high[simd::lanes];
    lo.store(low);
    hi.store(high);
    code_t zero[simd::lanes] = {};
    for (index_t i = 0; i < simd::lanes; ++i) {
        const auto p = map.fit({low[i], high[i]});
        low[i] = p.scale;
        if constexpr (has_zero_point<M>) { zero[i] = p.zero; }
    }
    return {simd::f32x16::load(low), simd::load_codes(zero)};
}

template <lane_fittable M, scale_format S>
[[nodiscard]] GRADUS_INLINE lane_grid fit_each(const stored_mapping<M, S>& map,
                                               const simd::f32x16& lo,
                                               const simd::f32x16& hi) {
    std::uint32_t words[simd::lanes];
    if constexpr (S::row_bits != 0) { std::fill_n(words, simd::lanes, map.row_word); }
    const fitted_lanes f = fit_lanes<M, S>(*map.map, lo, hi, words);
    return {f.scale, as_code(f.zero)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
