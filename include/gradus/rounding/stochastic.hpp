// SPDX-License-Identifier: MIT
// Rounding by chance, right on average.
#pragma once

#include <gradus/concepts/rounding.hpp>
#include <gradus/core/random.hpp>
#include <gradus/rounding/row_noise.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The upper level with probability t, the position between the two: E[decode] = x inside the grid.
///
/// Error:  below the distance of the two levels; the variance t (1 - t) step^2 gives twice the
///         squared error of rounding to nearest, on average.
/// Bytes:  the random number of an element depends on (seed, tensor, row, column) alone.
/// Source: Gupta et al. 2015, arXiv:1502.02551.
struct stochastic {
    static constexpr std::string_view name = "stochastic";
    static constexpr bool memoryless = true;

    std::uint64_t seed = 0;
    std::uint64_t tensor = 0;  ///< tells tensors of one seed apart

    struct state {
        row_noise noise;

        [[nodiscard]] GRADUS_INLINE float adjust(float x) const noexcept { return x; }

        template <class Real>
        [[nodiscard]] GRADUS_INLINE lane_code_t<Real> choose(basic_bracket<Real> b) noexcept {
            const Real up = either(noise.next<Real>() < b.t, Real(1.0f), Real(0.0f));
            return as_code(as_real<Real>(b.lower) + up);
        }

        GRADUS_INLINE void feed(float, float) const noexcept {}
    };

    [[nodiscard]] GRADUS_INLINE state start(index_t row) const noexcept {
        return {row_noise::of(seed, tensor, row)};
    }
};

static_assert(rounding<stochastic>);

}  // namespace GRADUS_ISA
}  // namespace gradus
