// SPDX-License-Identifier: MIT
// The range that clips nothing.
#pragma once

#include <gradus/concepts/range.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// [min(x, 0), max(x, 0)]: always contains zero, so that zero can be a level.
struct minmax {
    static constexpr std::string_view name = "minmax";
    static constexpr bool weighs = false;  ///< importances make no difference

    [[nodiscard]] GRADUS_INLINE static interval of(floats values) noexcept {
        interval range{0.0f, 0.0f};
        for (const float x : values) {
            range.lo = least(range.lo, x);
            range.hi = greatest(range.hi, x);
        }
        return range;
    }

    template <mapping M>
    [[nodiscard]] GRADUS_INLINE interval operator()(floats values,
                                                    floats,
                                                    const M&) const noexcept {
        return of(values);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
