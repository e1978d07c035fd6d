// SPDX-License-Identifier: MIT
// Min-max grids of one group of sixteen rows at once.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/lane_fit.hpp>
#include <gradus/kernels/tile_job.hpp>
#include <gradus/layout/grid_words.hpp>
#include <gradus/simd/half_lanes.hpp>
#include <gradus/simd/row_extents.hpp>
#include <gradus/simd/widen.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// The ends of four runs of values, four lanes a run: lanes 4 j ... 4 j + 3 of run j.
struct extent_bits {
    simd::u32x16 negative;
    simd::u32x16 positive;
};

/// Floats above zero are ordered as their bits are, as signed numbers; floats below zero as
/// unsigned ones, the lowest last. NaN and infinities come last of all, so two maxima of integers
/// find both ends and all that is not finite. Four runs of `count` values from `x` on, `step`
/// apart. `Magnitude`: from zero to the largest magnitude, which takes half of the work.
template <bool Magnitude>
[[nodiscard]] GRADUS_INLINE extent_bits extents_of_four(const float* x,
                                                        index_t step,
                                                        index_t count) {
    using simd::u32x16;
    u32x16 negative[4] = {0x80000000u, 0x80000000u, 0x80000000u, 0x80000000u};
    u32x16 positive[4] = {0u, 0u, 0u, 0u};
    const auto take = [&](index_t j, const float* from) GRADUS_INLINE_LAMBDA {
        const u32x16 bits = simd::to_bits(simd::f32x16::load(from));
        if constexpr (Magnitude) {
            positive[j] = simd::larger<true>(positive[j], bits & u32x16(0x7fffffffu));
        } else {
            negative[j] = simd::larger<false>(negative[j], bits);
            positive[j] = simd::larger<true>(positive[j], bits);
        }
    };
    index_t i = 0;
    for (; i + simd::lanes <= count; i += simd::lanes) {
        simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA { take(j, x + j * step + i); });
    }
    if (i != count) {
        simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
            float rest[simd::lanes] = {};
            std::memcpy(rest, x + j * step + i, (count - i) * sizeof(float));
            take(j, rest);
        });
    }
    if constexpr (Magnitude) {
        return {u32x16(0u), simd::quarters<true>(positive)};
    } else {
        return {simd::quarters<false>(negative), simd::quarters<true>(positive)};
    }
}

/// Min-max intervals, a lane each (a zero end may be -0).
struct lane_intervals {
    simd::f32x16 lo;
    simd::f32x16 hi;

    [[nodiscard]] GRADUS_INLINE bool finite() const {
        const simd::f32x16 remains = (lo - lo) + (hi - hi);  // zero but for infinities and NaN
        return !any(remains != simd::f32x16(0.0f));
    }
};

/// Four rows at `x` by four groups of `columns` columns: lane 4 g + r of group g, row r.
template <bool Magnitude>
[[nodiscard]] GRADUS_INLINE lane_intervals extents_of_groups(const float* x,
                                                             index_t stride,
                                                             index_t columns) {
    simd::u32x16 negative[4];
    simd::u32x16 positive[4];
    simd::unrolled<4>([&](index_t r) GRADUS_INLINE_LAMBDA {
        const extent_bits groups = extents_of_four<Magnitude>(x + r * stride, columns, columns);
        negative[r] = groups.negative;
        positive[r] = groups.positive;
    });
    if constexpr (Magnitude) {
        return {simd::f32x16(0.0f), simd::from_bits(simd::largest<true>(positive))};
    } else {
        return {simd::from_bits(simd::largest<false>(negative)),
                simd::from_bits(simd::largest<true>(positive))};
    }
}

/// Four rows by one group: lane r of row r, zeros in the others.
template <bool Magnitude>
[[nodiscard]] GRADUS_INLINE lane_intervals extents_of_group(const float* x,
                                                            index_t stride,
                                                            index_t columns) {
    const extent_bits rows = extents_of_four<Magnitude>(x, stride, columns);
    std::uint32_t low[simd::lanes];
    std::uint32_t high[simd::lanes];
    rows.negative.store(low);
    rows.positive.store(high);
    float lo[simd::lanes] = {};
    float hi[simd::lanes] = {};
    for (index_t r = 0; r < 4; ++r) {
        std::uint32_t lowest = 0;
        std::int32_t highest = 0;
        for (index_t i = 4 * r; i < 4 * r + 4; ++i) {
            lowest = std::max(lowest, low[i]);
            highest = std::max(highest, static_cast<std::int32_t>(high[i]));
        }
        lo[r] = std::bit_cast<float>(lowest);
        hi[r] = std::bit_cast<float>(highest);
    }
    return {simd::f32x16::load(lo), simd::f32x16::load(hi)};
}

/// The grids of four rows, from row `first` of their tile on, of up to four groups, from those
/// intervals. Returns the first that cannot be stored, its column counted in groups.
template <layout_type L>
[[nodiscard]] GRADUS_INLINE std::optional<unstorable_group>
fit_rows(const typename L::mapping_type& map,
         const lane_intervals& range,
         index_t first,
         index_t groups,
         const std::uint32_t* words,
         tile_grid<L>* grids) {
    using M = typename L::mapping_type;
    using simd::f32x16;
    if (!range.finite()) { return unstorable_group{first, 0, false}; }
    std::uint32_t lane_words[simd::lanes] = {};
    if constexpr (L::scale_type::row_bits != 0) {
        for (index_t i = 0; i < simd::lanes; ++i) {
            lane_words[i] = words[first + i % 4];
        }
    }
    const fitted_lanes f =
        fit_lanes<M, typename L::scale_type>(map, range.lo, range.hi, lane_words);
    float wanted[simd::lanes];
    float scale[simd::lanes];
    code_t zero[simd::lanes];
    f.wanted.store(wanted);
    f.scale.store(scale);
    if constexpr (has_zero_point<M>) { simd::store_codes(as_code(f.zero), zero); }
    for (index_t g = 0; g < groups; ++g) {
        std::memcpy(grids[g].scale + first, scale + 4 * g, 4 * sizeof(float));
        if constexpr (has_zero_point<M>) { std::memcpy(grids[g].zero + first, zero + 4 * g, 4); }
    }
    const f32x16 size = magnitude(f.wanted);
    const f32x16 vanished = either(f.scale == f32x16(0.0f), size, f32x16(0.0f));
    if (!any(size > f32x16(L::scale_type::largest)) && !any(vanished > f32x16(0.0f))) { return {}; }
    for (index_t i = 0; i < 4 * groups; ++i) {
        if (!storable<L>(wanted[i], scale[i], words[first + i % 4])) {
            return unstorable_group{first + i % 4, i / 4};
        }
    }
    return {};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
