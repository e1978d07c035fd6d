// SPDX-License-Identifier: MIT
// The value of the level nearest to x, as searches for a range compute it: without a division.
#pragma once

#include <gradus/concepts/mapping.hpp>

#include <array>

namespace gradus {
inline namespace GRADUS_ISA {

/// nearest_level{map}(x, p, inverse) for one value or one a lane, `inverse` being
/// inverse_of(p.scale): by the mapping's `nearest_value`; by its `splits`, counted by bisection;
/// else by `locate`.
///
/// Error: x * inverse rounds differently from x / scale, so a value within 2^-22 of its own size of
/// a split may get either neighbour.
template <mapping M> class nearest_level {
  public:
    GRADUS_INLINE explicit nearest_level(const M& map) noexcept : map_{map} {
        if constexpr (split_mapping<M>) { splits_ = map.splits(); }
    }

    template <class Real, class Params, class Inverse>
    [[nodiscard]] GRADUS_INLINE Real operator()(const Real& x,
                                                const Params& p,
                                                const Inverse& inverse) const noexcept
        requires(
            split_mapping<M> || requires(const M m) { m.nearest_value(x, p, inverse); } ||
            requires(const M m) { m.locate(x, p); })
    {
        if constexpr (multiplying_mapping<M>) {
            return rounded(map_.nearest_value(x, p, inverse));
        } else if constexpr (split_mapping<M>) {
            using word = typename lanes_of<Real>::word;
            const Real z = rounded(x * Real(inverse));
            word code(0u);
            for (std::uint32_t step = M::codes / 2; step > 0; step /= 2) {
                const word next = code + word(step);
                code = either(level_at<Real, M::codes>(splits_.data(), next) < z, next, code);
            }
            return rounded(decode_as<Real>(map_, static_cast<lane_code_t<Real>>(code), p));
        } else {
            const basic_bracket<Real> b = map_.locate(x, p);
            const Real up = either(b.t > Real(0.5f), Real(1.0f), Real(0.0f));
            return rounded(decode_as<Real>(map_, as_code(as_real<Real>(b.lower) + up), p));
        }
    }

  private:
    M map_;
    std::array<float, split_mapping<M> ? index_t{M::codes} : 0> splits_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus
