// SPDX-License-Identifier: MIT
// A mapping whose scales are those that the file will hold.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/concepts/scale_format.hpp>

namespace gradus {

/// `M` with every fitted scale rounded to format `S` and decoded again, in a row whose word is
/// `row_word`. Range estimators and encoders see only this: no code is ever chosen with a scale
/// that is not stored.
template <mapping M, scale_format S> struct stored_mapping {
    static constexpr label name = label{name_of<M>()} + "_" + name_of<S>();
    static constexpr int bits = M::bits;
    static constexpr int codes = M::codes;
    static constexpr bool signed_scale = [] {
        if constexpr (mirrorable<M>) { return M::signed_scale; }
        return false;
    }();
    using params = typename M::params;

    const M* map;
    std::uint32_t row_word;

    [[nodiscard]] GRADUS_INLINE params fit(interval range) const noexcept {
        const params wanted = map->fit(range);
        // + 0.0f: an all-zero group may arrive with -0, whose sign bit is nobody's business.
        const float stored = S{}.decode(S{}.encode(wanted.scale + 0.0f, row_word), row_word);
        return with_scale(*map, range, wanted, stored);
    }

    template <class Real>
        requires requires(const M m, Real x, params p) { m.locate(x, p); }
    [[nodiscard]] GRADUS_INLINE basic_bracket<Real> locate(Real x, params p) const noexcept {
        return map->locate(x, p);
    }

    template <class Real, class Params, class Inverse>
        requires requires(const M m, Real x, Params p, Inverse i) { m.nearest_value(x, p, i); }
    [[nodiscard]] GRADUS_INLINE Real nearest_value(const Real& x,
                                                   const Params& p,
                                                   const Inverse& inverse) const noexcept {
        return map->nearest_value(x, p, inverse);
    }

    [[nodiscard]] GRADUS_INLINE auto splits() const noexcept
        requires split_mapping<M>
    {
        return map->splits();
    }

    template <class Real = float, class Code, class Params>
    [[nodiscard]] GRADUS_INLINE Real decode(Code c, const Params& p) const noexcept {
        return decode_as<Real>(*map, c, p);
    }
};

}  // namespace gradus
