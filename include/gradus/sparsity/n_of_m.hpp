// SPDX-License-Identifier: MIT
// A fixed number of survivors in every few columns.
#pragma once

#include <gradus/concepts/sparsity.hpp>

namespace gradus {

/// Of every M neighbouring columns of a row at most N are not zero; a last group of fewer columns
/// keeps N too.
///
/// Source: Mishra et al. 2021, arXiv:2104.08378 (2:4).
template <int N, int M> struct n_of_m {
    static_assert(1 <= N && N < M && 16 % M == 0, "M is 2, 4, 8 or 16");

    static constexpr label name = label{"keep"} + unsigned{N} + "of" + unsigned{M};
    static constexpr zero_choice choice = zero_choice::columns;
    static constexpr index_t keep = N;
    static constexpr index_t group = M;

    [[nodiscard]] GRADUS_INLINE constexpr index_t zeros(index_t weights) const noexcept {
        return weights / group * (group - keep);
    }
};

static_assert(sparsity<n_of_m<2, 4>>);

}  // namespace gradus
