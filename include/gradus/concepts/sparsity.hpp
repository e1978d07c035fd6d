// SPDX-License-Identifier: MIT
// A sparsity: which weights may be zeroed, and how many.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/types.hpp>

namespace gradus {

/// Where zeros are chosen.
enum class zero_choice {
    none,     ///< nowhere
    matrix,   ///< the cheapest weights of the matrix, `zeros(weights)` of them
    columns,  ///< in every `group` neighbouring columns of a row, all but `keep`
};

///   choice               see above
///   zeros(weights)       how many of that many weights are to be zero
template <class S>
concept sparsity = named<S> && requires(const S s, index_t weights) {
    { S::choice } -> std::convertible_to<zero_choice>;
    { s.zeros(weights) } noexcept -> std::same_as<index_t>;
};

}  // namespace gradus
