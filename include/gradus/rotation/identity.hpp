// SPDX-License-Identifier: MIT
// No rotation.
#pragma once

#include <gradus/concepts/rotation.hpp>

namespace gradus {

struct identity {
    static constexpr std::string_view name = "identity";

    [[nodiscard]] GRADUS_INLINE constexpr bool accepts(index_t) const noexcept { return true; }

    GRADUS_INLINE void apply(std::span<float>) const noexcept {}

    GRADUS_INLINE void invert(std::span<float>) const noexcept {}
};

static_assert(rotation<identity>);

}  // namespace gradus
