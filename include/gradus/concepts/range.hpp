// SPDX-License-Identifier: MIT
// A range estimator: the interval of values that a group's levels should cover.
#pragma once

#include <gradus/concepts/mapping.hpp>

namespace gradus {

/// `e(values, weights, map)`: an interval in the unit of the values. `weights` is the importance
/// of each value, empty for all equal. `map.fit` already rounds the scale to its stored form, so
/// an estimator that tries candidates measures what will be stored.
template <class E, class M>
concept range_estimator =
    named<E> && mapping<M> && requires(const E e, floats x, floats weights, const M m) {
        { e(x, weights, m) } -> std::same_as<interval>;
    };

/// An estimator that compares candidate grids by range/group_loss.hpp with exponent half_power()
/// / 2. `loss(params)` may be a vectorised form of the scalar definition; both give the same bits.
template <class E, class M>
concept searching_estimator =
    range_estimator<E, M> &&
    requires(const E e, floats x, const M m, float (*loss)(typename M::params)) {
        { e.search(x, m, loss) } -> std::same_as<interval>;
        { e.half_power() } -> std::same_as<int>;
    };

/// Whether an estimator makes any use of importances: unless it says otherwise, it does.
template <class E> [[nodiscard]] GRADUS_INLINE constexpr bool uses_importance(const E& range) {
    if constexpr (requires { range.uses_importance(); }) {
        return range.uses_importance();
    } else if constexpr (requires { E::weighs; }) {
        return E::weighs;
    } else {
        return true;
    }
}

}  // namespace gradus
