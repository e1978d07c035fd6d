// SPDX-License-Identifier: MIT
// What every policy has: the word by which schemes, files and reports call it.
#pragma once

#include <gradus/core/label.hpp>

#include <concepts>
#include <string_view>

namespace gradus {

/// `name` is a std::string_view, or a `label` where it is composed at compile time.
template <class P>
concept named = requires {
    { P::name } -> std::convertible_to<const label&>;
};

/// The name of a policy type.
template <named P> [[nodiscard]] GRADUS_INLINE constexpr std::string_view name_of() {
    if constexpr (requires { P::name.view(); }) {
        return P::name.view();
    } else {
        return P::name;
    }
}

}  // namespace gradus
