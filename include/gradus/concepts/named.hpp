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

inline namespace GRADUS_ISA {

/// A policy's name as text that belongs to this object file: no shared symbol is needed for it.
template <named P> inline constexpr label label_of = label{P::name};

/// The name of a policy type.
template <named P> [[nodiscard]] GRADUS_INLINE constexpr std::string_view name_of() {
    return label_of<P>.view();
}

}  // namespace GRADUS_ISA
}  // namespace gradus
