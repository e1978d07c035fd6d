// SPDX-License-Identifier: MIT
// A share of all weights, wherever they cost least.
#pragma once

#include <gradus/concepts/sparsity.hpp>

namespace gradus {

/// What the budget of zeros is spread over.
enum class zero_budget {
    matrix,  ///< one price for the whole matrix: columns that can spare more get more zeros
    block,   ///< the same share of every block of columns, decided all at once (SparseGPT)
};

/// floor(share * weights) zeros. With `zero_budget::block`, floor(share * weights) + 1 of each
/// block of `block` columns, the off-by-one of SparseGPT's code included: a mode for comparisons.
///
/// Source: Frantar and Alistarh 2023, arXiv:2301.00774 (blocks); one price: this library.
struct unstructured {
    static constexpr std::string_view name = "unstructured";
    static constexpr zero_choice choice = zero_choice::matrix;

    double share = 0.5;  ///< of the weights, 0 <= share < 1
    zero_budget budget = zero_budget::matrix;
    index_t block = 128;  ///< columns; a divisor of 128

    [[nodiscard]] GRADUS_INLINE constexpr bool valid() const noexcept {
        return share >= 0.0 && share < 1.0 && block >= 16 && 128 % block == 0;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t zeros(index_t weights) const noexcept {
        return static_cast<index_t>(share * static_cast<double>(weights));
    }
};

static_assert(sparsity<unstructured>);

}  // namespace gradus
