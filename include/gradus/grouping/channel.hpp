// SPDX-License-Identifier: MIT
// One grid a row, that is, an output channel.
#pragma once

#include <gradus/concepts/grouping.hpp>

namespace gradus {

/// Costs (scale bits) / (columns) a weight; as coarse as the row is long.
struct channel {
    static constexpr std::string_view name = "channel";
    static constexpr bool spans_rows = false;

    [[nodiscard]] GRADUS_INLINE constexpr index_t columns(index_t cols) const noexcept {
        return cols;
    }
};

static_assert(grouping<channel>);

}  // namespace gradus
