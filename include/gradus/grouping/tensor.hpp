// SPDX-License-Identifier: MIT
// One grid for the whole matrix.
#pragma once

#include <gradus/concepts/grouping.hpp>

namespace gradus {

/// Costs next to nothing, and follows nothing: its step is set by the largest weight of all rows.
struct tensor {
    static constexpr std::string_view name = "tensor";
    static constexpr bool spans_rows = true;

    [[nodiscard]] GRADUS_INLINE constexpr index_t columns(index_t cols) const noexcept {
        return cols;
    }
};

static_assert(grouping<tensor>);

}  // namespace gradus
