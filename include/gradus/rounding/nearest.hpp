// SPDX-License-Identifier: MIT
// Rounding to the nearest level.
#pragma once

#include <gradus/concepts/rounding.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The nearer of the two levels; halfway, the even code.
///
/// Error:  at most half the distance of the two levels.
struct nearest {
    static constexpr std::string_view name = "nearest";
    static constexpr bool memoryless = true;

    struct state {
        [[nodiscard]] GRADUS_INLINE float adjust(float x) const noexcept { return x; }

        template <class Real>
        [[nodiscard]] GRADUS_INLINE lane_code_t<Real> choose(basic_bracket<Real> b) const noexcept {
            const Real index = as_real<Real>(b.lower);
            const Real odd = index - Real(2.0f) * round_down(index * Real(0.5f));
            const Real tie = either(b.t == Real(0.5f), odd, Real(0.0f));
            return as_code(index + either(b.t > Real(0.5f), Real(1.0f), tie));
        }

        GRADUS_INLINE void feed(float, float) const noexcept {}
    };

    [[nodiscard]] GRADUS_INLINE state start(index_t) const noexcept { return {}; }
};

static_assert(rounding<nearest>);

}  // namespace GRADUS_ISA
}  // namespace gradus
