// SPDX-License-Identifier: MIT
// A grid for every N columns of a row.
#pragma once

#include <gradus/concepts/grouping.hpp>
#include <gradus/core/contract.hpp>

namespace gradus {

/// The group size is a value, not a type.
inline constexpr index_t any_size = 0;

/// Groups of N columns of one row; the last one of a row has what is left (172 = 64 + 64 + 44).
/// `group<>` carries N as a value and is the general case, `group<64>` its specialisation: equal N,
/// equal bytes. A run-time size of 0 means the whole row, as `channel`.
template <index_t N = any_size> struct group {
    static constexpr label name = label{"g"} + static_cast<unsigned>(N);
    static constexpr bool spans_rows = false;
    static constexpr index_t size = N;

    [[nodiscard]] GRADUS_INLINE constexpr index_t columns(index_t cols) const noexcept {
        return N < cols ? N : cols;
    }
};

template <> struct group<any_size> {
    static constexpr std::string_view name = "gN";
    static constexpr bool spans_rows = false;

    index_t size = 64;

    [[nodiscard]] GRADUS_INLINE constexpr index_t columns(index_t cols) const noexcept {
        return size == 0 || cols < size ? cols : size;
    }
};

static_assert(grouping<group<32>> && grouping<group<>>);

}  // namespace gradus
