// SPDX-License-Identifier: MIT
// What a kept weight becomes: itself, or the nearest value of its grid.
#pragma once

#include <gradus/solver/row_grids.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Pruning alone: kept weights stay as they are.
struct unquantized {};

/// The choice for `unquantized`.
struct free_choice {
    static constexpr bool quantizes = false;

    template <class T>
    GRADUS_INLINE void operator()(index_t, index_t, const T* x, T* value, T*) const {
        std::copy_n(x, simd::lanes, value);
    }
};

/// The choice for a recipe: its grids, and room for the codes.
template <layout_type L> struct grid_choice {
    static constexpr bool quantizes = true;
    using M = typename L::mapping_type;

    const M* map;
    row_grids<L>* grids;
    matrix_view<code_t> codes;  ///< [rows, cols]; empty: codes are not wanted

    /// Values and codes of rows [row, row + 16) in `column`.
    template <class T>
    GRADUS_INLINE void
    operator()(index_t row, index_t column, const T* x, T* value, T* code) const {
        const index_t group = grids->group_of(column);
        if constexpr (std::is_same_v<T, float> && lane_gridded<typename L::mapping_type>) {
            choose_lanes<L>(*grids, *map, row, group, x, value, code);
        } else {
            choose_each<L>(*grids, *map, row, group, x, value, code);
        }
    }

    /// Where nothing is kept, the code becomes that of zero.
    template <class T>
    GRADUS_INLINE void zero_codes(index_t row, index_t column, const T* keep, T* code) const {
        const index_t group = grids->group_of(column);
        using V = simd::vector16<T>;
        T zero[simd::lanes];
        for (index_t r = 0; r < simd::lanes; ++r) {
            zero[r] = static_cast<T>(grids->zero[group * grids->rows + row + r]);
        }
        const V z = has_zero_point<M> ? V::load(zero) : V(static_cast<T>(zero_code()));
        either(V::load(keep) > V(T(0)), V::load(code), z).store(code);
    }

    /// The code of zero where no zero point says it.
    [[nodiscard]] GRADUS_INLINE code_t zero_code() const {
        return nearest::state{}.choose(map->locate(0.0f, grids->at(0, 0)));
    }

    /// Whether zero is a value of every grid.
    [[nodiscard]] bool holds_zero() const {
        if constexpr (has_zero_point<M>) {
            return map->template zero_level<float>(grids->at(0, 0)) == grids->zero[0];
        } else {
            typename M::params p{1.0f};  // a row of zeros has no scale to tell by
            return decode_as<float>(*map, zero_code(), p) == 0.0f;
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
