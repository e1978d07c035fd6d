// SPDX-License-Identifier: MIT
// Importance: how fast the output error grows when a channel's weights change.
#pragma once

#include <gradus/concepts/importance.hpp>

#include <cmath>

namespace gradus {

/// Whether other columns may make up for the change.
enum class compensation {
    none,            ///< H_jj: all other weights stay as they are; no order of columns
    later_columns,   ///< 1 / U_jj^2 = 1 / [(H_{j:,j:})^-1]_jj: columns after j are best adjusted
    legacy_inverse,  ///< |U_jj|: what the research code took, large where a channel matters *least*
};

inline namespace GRADUS_ISA {

/// score_j = H_jj or 1 / U_jj^2, in the unit of H. Never above H_jj with compensation, and smaller
/// for early columns, which more columns follow.
///
/// `legacy_inverse` is for comparison with the research code only: it ranks the channels upside
/// down (in its golden allocation at 4 bits, an error of 15.5 instead of 0.42).
struct curvature {
    static constexpr std::string_view name = "curvature";

    compensation by = compensation::none;

    [[nodiscard]] bool ready(index_t cols, const channel_statistics& s) const noexcept {
        return (by == compensation::none ? s.hessian_diagonal : s.factor_diagonal).size() == cols;
    }

    [[nodiscard]] std::vector<double> operator()([[maybe_unused]] weights_view weights,
                                                 const channel_statistics& s) const {
        GRADUS_EXPECT(ready(weights.cols, s));
        if (by == compensation::none) {
            return {s.hessian_diagonal.begin(), s.hessian_diagonal.end()};
        }
        std::vector<double> scores(s.factor_diagonal.begin(), s.factor_diagonal.end());
        for (double& u : scores) {
            u = by == compensation::later_columns ? 1.0 / (u * u) : std::abs(u);
        }
        return scores;
    }
};

static_assert(importance_criterion<curvature>);

}  // namespace GRADUS_ISA
}  // namespace gradus
