// SPDX-License-Identifier: MIT
// Every weight stays.
#pragma once

#include <gradus/concepts/sparsity.hpp>

namespace gradus {

struct none {
    static constexpr std::string_view name = "none";
    static constexpr zero_choice choice = zero_choice::none;

    [[nodiscard]] GRADUS_INLINE constexpr index_t zeros(index_t) const noexcept { return 0; }
};

static_assert(sparsity<none>);

}  // namespace gradus
