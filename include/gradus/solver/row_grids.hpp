// SPDX-License-Identifier: MIT
// The grids of a matrix while its codes are being chosen: one a lane.
#pragma once

#include <gradus/kernels/encode_tile.hpp>
#include <gradus/layout/check_plain_codes.hpp>
#include <gradus/quantize/recipe.hpp>
#include <gradus/simd/f64x16.hpp>

#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Its position on the axis of codes is x / scale + zero_level, for every code of `bits`.
template <class M>
concept lane_gridded = evenly_spaced<M> && M::pitch == 1.0f && M::codes == (1 << M::bits);

/// Scales and zero points [groups][rows], rows filled up to whole panels; a filler has scale 0.
template <layout_type L> struct row_grids {
    using M = typename L::mapping_type;
    using params = typename M::params;

    index_t rows = 0;  ///< filled up
    index_t groups = 0;
    index_t columns = 0;  ///< of a group
    std::vector<float> scale;
    std::vector<float> zero;
    std::vector<std::uint32_t> words;  ///< [rows]

    row_grids(index_t row_count, index_t cols, index_t group_cols)
        : rows{(row_count + 31) / 32 * 32},
          groups{(cols + group_cols - 1) / group_cols},
          columns{group_cols},
          scale(rows * groups),
          zero(rows * groups),
          words(rows) {}

    /// A division only where it is needed: it takes as long as the rest of a choice.
    [[nodiscard]] GRADUS_INLINE index_t group_of(index_t column) const {
        return groups == 1 ? 0 : column / columns;
    }

    void set(index_t row, index_t group, params p) {
        scale[group * rows + row] = p.scale;
        if constexpr (has_zero_point<M>) { zero[group * rows + row] = static_cast<float>(p.zero); }
    }

    [[nodiscard]] params at(index_t row, index_t group) const {
        const index_t i = group * rows + row;
        if constexpr (has_zero_point<M>) {
            return {scale[i], static_cast<code_t>(zero[i])};
        } else {
            return {scale[i]};
        }
    }

    /// Row r of `from` becomes row i, for all r = which[i].
    void take_rows(const row_grids& from, std::span<const index_t> which) {
        for (index_t i = 0; i < which.size(); ++i) {
            words[i] = from.words[which[i]];
            for (index_t g = 0; g < groups; ++g) {
                set(i, g, from.at(which[i], g));
            }
        }
    }
};

/// The nearest values and their codes for sixteen rows: scalar definition.
template <layout_type L, class T>
void choose_each(const row_grids<L>& grids,
                 const typename L::mapping_type& map,
                 index_t row,
                 index_t group,
                 const T* x,
                 T* value,
                 T* code) {
    for (index_t l = 0; l < simd::lanes; ++l) {
        const auto p = grids.at(row + l, group);
        code_t c = 0;
        if constexpr (requires { map.locate(x[l], p).t + T(0) == T(0); }) {
            c = nearest::state{}.choose(map.locate(x[l], p));
        } else {
            c = nearest::state{}.choose(map.locate(static_cast<float>(x[l]), p));
        }
        value[l] = static_cast<T>(decode_as<T>(map, c, p));
        code[l] = static_cast<T>(c);
    }
}

/// The same bits by vectors of float, where the mapping allows: see uniform_grid::locate.
template <layout_type L>
GRADUS_INLINE void choose_lanes(const row_grids<L>& grids,
                                const typename L::mapping_type& map,
                                index_t row,
                                index_t group,
                                const float* x,
                                float* value,
                                float* code) {
    using simd::f32x16;
    using M = typename L::mapping_type;
    const f32x16 scale = f32x16::load(grids.scale.data() + group * grids.rows + row);
    f32x16 zero(0.0f);
    if constexpr (has_zero_point<M>) {
        const float offset = map.template zero_level<float>(typename M::params{1.0f, 0});
        zero = f32x16::load(grids.zero.data() + group * grids.rows + row) + f32x16(offset);
    } else {
        zero = f32x16(map.template zero_level<float>(typename M::params{1.0f}));
    }
    const auto none = scale == f32x16(0.0f);
    const f32x16 steps = either(none, f32x16(0.0f), f32x16::load(x) / scale);
    const f32x16 lowest(static_cast<float>(lowest_code<M>));
    const f32x16 highest(static_cast<float>(M::codes - 1));
    const f32x16 c = round_even(least(greatest(steps + zero, lowest), highest));
    c.store(code);
    ((c - zero) * scale).store(value);
}

/// Its codes are found in units of the scale, which may then differ from lane to lane.
template <class M>
concept lane_scaled = vectorizable_mapping<M> && std::is_same_v<typename M::params, scale_only>;

/// The same by vectors where a scale is all there is: locate(x, s) is locate(x / s, 1), and
/// decode(c, s) is decode(c, 1) s.
template <layout_type L>
GRADUS_INLINE void choose_scaled(const row_grids<L>& grids,
                                 const typename L::mapping_type& map,
                                 index_t row,
                                 index_t group,
                                 const float* x,
                                 float* value,
                                 float* code) {
    using simd::f32x16;
    const f32x16 scale = f32x16::load(grids.scale.data() + group * grids.rows + row);
    const auto none = scale == f32x16(0.0f);
    const f32x16 z = either(none, f32x16(0.0f), f32x16::load(x) / scale);
    const auto c = nearest::state{}.choose(map.locate(z, scale_only{1.0f}));
    as_real<f32x16>(c).store(code);
    (decode_as<f32x16>(map, c, scale_only{1.0f}) * scale).store(value);
}

/// Values and codes of sixteen rows, the quickest way there is.
template <layout_type L, class T>
GRADUS_INLINE void choose_sixteen(const row_grids<L>& grids,
                                  const typename L::mapping_type& map,
                                  index_t row,
                                  index_t group,
                                  const T* x,
                                  T* value,
                                  T* code) {
    using M = typename L::mapping_type;
    if constexpr (std::is_same_v<T, float> && lane_gridded<M>) {
        choose_lanes<L>(grids, map, row, group, x, value, code);
    } else if constexpr (std::is_same_v<T, float> && lane_scaled<M>) {
        choose_scaled<L>(grids, map, row, group, x, value, code);
    } else {
        choose_each<L>(grids, map, row, group, x, value, code);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus
