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

/// An estimator that looks at the loss of candidate grids. `loss(params)` may be a vectorised
/// form of the scalar definition; both give the same bits.
template <class E, class M>
concept searching_estimator =
    range_estimator<E, M> &&
    requires(const E e, floats x, const M m, float (*loss)(typename M::params)) {
        { e.search(x, m, loss) } -> std::same_as<interval>;
    };

}  // namespace gradus
