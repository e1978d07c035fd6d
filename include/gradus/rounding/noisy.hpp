// SPDX-License-Identifier: MIT
// A rounding that sees noise on top of the value.
#pragma once

#include <gradus/concepts/rounding.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/rounding/row_noise.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Adds uniform noise of width `fraction` steps before `Base` decides: t' = t + fraction (u - 1/2),
/// kept within the two levels. For noise-injection experiments; it can only raise the error.
///
/// Units:  `fraction` is in steps, 0 to 1.
/// Error:  at most (1 + fraction) / 2 steps, over a half for nearest rounding alone.
template <rounding Base = nearest> struct noisy {
    static constexpr std::string_view name = "noisy";
    static constexpr bool memoryless = Base::memoryless;

    float fraction = 0.1f;
    std::uint64_t seed = 0;
    std::uint64_t tensor = 0;
    [[no_unique_address]] Base base = {};

    [[nodiscard]] GRADUS_INLINE bool valid() const noexcept {
        return fraction > 0.0f && fraction <= 1.0f;
    }

    using base_state = decltype(base.start(0));

    struct state {
        base_state inner;
        row_noise noise;
        float fraction;

        [[nodiscard]] GRADUS_INLINE float adjust(float x) const noexcept { return inner.adjust(x); }

        template <class Real>
        [[nodiscard]] GRADUS_INLINE lane_code_t<Real> choose(basic_bracket<Real> b) noexcept {
            // rounded(): the product must not be fused with the sum, or bytes would depend on FMA.
            const Real shift = rounded(Real(fraction) * (noise.next<Real>() - Real(0.5f)));
            b.t = least(greatest(b.t + shift, Real(0.0f)), Real(1.0f));
            return inner.choose(b);
        }

        GRADUS_INLINE void feed(float residual, float step) noexcept { inner.feed(residual, step); }
    };

    [[nodiscard]] GRADUS_INLINE state start(index_t row) const noexcept {
        return {base.start(row), row_noise::of(seed, tensor ^ 0x6e6f697365u, row), fraction};
    }
};

static_assert(rounding<noisy<>>);

}  // namespace GRADUS_ISA
}  // namespace gradus
