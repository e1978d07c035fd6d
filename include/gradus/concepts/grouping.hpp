// SPDX-License-Identifier: MIT
// A grouping: which values share the parameters of a grid.
#pragma once

#include <gradus/concepts/named.hpp>

namespace gradus {

/// Groups are runs of columns.
///   columns(cols)     columns of a group in a row of `cols`; the last group may have fewer
///   spans_rows        true: one group holds all rows (a grid for the whole matrix)
template <class G>
concept grouping = named<G> && requires(const G g, index_t cols) {
    { g.columns(cols) } noexcept -> std::same_as<index_t>;
    { G::spans_rows } -> std::convertible_to<bool>;
};

}  // namespace gradus
