// SPDX-License-Identifier: MIT
// Rounding that passes its error on to the next element of the row.
#pragma once

#include <gradus/concepts/rounding.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Rounds x + carry to nearest; the carry is what the previous element lost. The errors of a row
/// then add up to less than one step, so the row keeps its mean: biased sums (activations with a
/// common sign) keep their value, at twice to three times the squared error of single elements.
///
///     v_i = x_i + e_{i-1},   e_i = clamp(v_i - decode(c_i), -step, step)
///
/// The clamp keeps a value beyond the grid from flooding its neighbours. Diffuse on one side of a
/// product only: two error streams interact.
///
/// Error:  |sum over a row of (x - decode)| <= step where nothing is clamped.
/// Source: Floyd, Steinberg 1976, in one dimension; gemmlowp's notes on error diffusion.
struct error_diffusing {
    static constexpr std::string_view name = "error_diffusing";
    static constexpr bool memoryless = false;

    struct state {
        float carry = 0.0f;

        [[nodiscard]] GRADUS_INLINE float adjust(float x) const noexcept { return x + carry; }

        [[nodiscard]] GRADUS_INLINE code_t choose(bracket b) const noexcept {
            return static_cast<code_t>(b.lower +
                                       (b.t > 0.5f || (b.t == 0.5f && b.lower % 2 == 1) ? 1 : 0));
        }

        GRADUS_INLINE void feed(float residual, float step) noexcept {
            carry = least(greatest(residual, -step), step);
        }
    };

    [[nodiscard]] GRADUS_INLINE state start(index_t) const noexcept { return {}; }
};

static_assert(rounding<error_diffusing>);

}  // namespace GRADUS_ISA
}  // namespace gradus
