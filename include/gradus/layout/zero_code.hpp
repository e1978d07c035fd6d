// SPDX-License-Identifier: MIT
// Which code stands for zero.
#pragma once

#include <gradus/concepts/mapping.hpp>

#include <optional>

namespace gradus {

/// The code that decodes to exactly zero in every group; nothing where there is none. A mapping
/// with zero points has one a group, its zero point, and 0 is returned for it.
template <mapping M> [[nodiscard]] GRADUS_INLINE std::optional<code_t> zero_code_of(const M& map) {
    using params = typename M::params;
    for (int c = 0; c < M::codes; ++c) {
        const auto code = static_cast<code_t>(c);
        if constexpr (has_zero_point<M>) {
            if (map.decode(code, params{1.0f, code}) != 0.0f) { return std::nullopt; }
        } else {
            if (map.decode(code, params{1.0f}) == 0.0f) { return code; }
        }
    }
    return has_zero_point<M> ? std::optional<code_t>{code_t{0}} : std::nullopt;
}

/// The code of zero in a group with parameters `p`, where `shared` is that of `zero_code_of`.
template <mapping M>
[[nodiscard]] GRADUS_INLINE constexpr code_t zero_code_in(typename M::params p, code_t shared) {
    if constexpr (has_zero_point<M>) {
        return p.zero;
    } else {
        return shared;
    }
}

}  // namespace gradus
