// SPDX-License-Identifier: MIT
// One of the shipped range estimators, chosen at run time.
#pragma once

#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>

#include <variant>

namespace gradus {
inline namespace GRADUS_ISA {

/// Costs one indirect call a group, and keeps estimators out of the product of template arguments.
struct any_range {
    static constexpr std::string_view name = "any_range";

    std::variant<minmax, percentile, mse_search, kl_divergence> choice = minmax{};

    template <mapping M>
    [[nodiscard]] GRADUS_INLINE interval operator()(floats values,
                                                    floats weights,
                                                    const M& map) const {
        return std::visit([&](const auto& range) { return range(values, weights, map); }, choice);
    }

    /// Whether importances make a difference to the choice.
    [[nodiscard]] GRADUS_INLINE bool uses_importance() const {
        return std::visit([](const auto& range) { return gradus::uses_importance(range); }, choice);
    }

    /// Whether the knobs of the choice are within their documented limits.
    [[nodiscard]] GRADUS_INLINE bool valid() const {
        return std::visit(
            [](const auto& range) {
                if constexpr (requires { range.valid(); }) { return range.valid(); }
                return true;
            },
            choice);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
