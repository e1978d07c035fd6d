// SPDX-License-Identifier: MIT
// What a kept weight becomes: itself, or the nearest value of its grid.
#pragma once

#include <gradus/simd/f64x16.hpp>
#include <gradus/solver/run_grids.hpp>

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

/// The runs of a matrix, in the order of their columns, and where each column belongs.
template <class T> class matrix_grids {
  public:
    explicit matrix_grids(std::vector<std::unique_ptr<run_grids<T>>> runs)
        : runs_{std::move(runs)} {
        for (const auto& run : runs_) {
            for (index_t c = 0; c < run->cols; ++c) {
                places_.push_back({run.get(), c / run->group_cols});
            }
        }
    }

    struct place {
        run_grids<T>* run;
        index_t group;
    };

    [[nodiscard]] GRADUS_INLINE const place& of(index_t column) const { return places_[column]; }

    [[nodiscard]] index_t size() const { return runs_.size(); }

    [[nodiscard]] run_grids<T>& operator[](index_t i) const { return *runs_[i]; }

    [[nodiscard]] matrix_grids of_rows(std::span<const index_t> which) const {
        std::vector<std::unique_ptr<run_grids<T>>> few;
        for (const auto& run : runs_) {
            few.push_back(run->of_rows(which));
        }
        return matrix_grids{std::move(few)};
    }

  private:
    std::vector<std::unique_ptr<run_grids<T>>> runs_;
    std::vector<place> places_;  ///< [cols]
};

/// The choice by grids, with room for the codes.
template <class T> struct grid_choice {
    static constexpr bool quantizes = true;

    const matrix_grids<T>* grids;
    matrix_view<code_t> codes;  ///< [rows, cols]; empty: codes are not wanted

    /// Values and codes of rows [row, row + 16) in `column`.
    GRADUS_INLINE void
    operator()(index_t row, index_t column, const T* x, T* value, T* code) const {
        const auto& at = grids->of(column);
        at.run->choose(row, at.group, x, value, code);
    }

    /// Where nothing is kept, the code becomes that of zero.
    GRADUS_INLINE void zero_codes(index_t row, index_t column, const T* keep, T* code) const {
        using V = simd::vector16<T>;
        T zero[simd::lanes];
        const auto& at = grids->of(column);
        at.run->zero_codes(row, at.group, zero);
        either(V::load(keep) > V(T(0)), V::load(code), V::load(zero)).store(code);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
