// SPDX-License-Identifier: MIT
// How much is added to the diagonal of a Hessian before it is factored.
#pragma once

#include <gradus/core/real.hpp>

#include <span>

namespace gradus {

/// What the amount is a share of.
enum class damping_rule {
    column,  ///< H_jj += amount H_jj: outlier channels leave the others alone
    mean,    ///< H_jj += amount mean(diag H), the rule of GPTQ and SparseGPT: holds channels that
             ///< were silent and may not stay so, even if most were
    median,  ///< H_jj += amount median(diag H): holds some faint channels, whatever the outliers
};

/// What is calibrated on texts of one kind and used on others wants `mean`: see `match_dense`.
///
/// `amount` 0 stands for clamp(0.35 n / tokens, 0.01, 0.3): few tokens need more.
///
/// Source: the rule is fitted to the error on unseen tokens (n = 1024): at n/2, n, 4n and 16n
/// tokens
///         the best amounts were .3, .3, .1 and .01 to .03, whatever the outliers.
struct damping {
    double amount = 0.0;
    damping_rule rule = damping_rule::column;

    /// [n] what the columns of the input were divided by beforehand, e.g. scales that were folded
    /// into the model; empty: 1. Shares of a mean or median are then of H_jj s_j^2, over s_j^2, so
    /// that what holds a column does not depend on its scale.
    std::span<const double> scales = {};

    [[nodiscard]] GRADUS_INLINE double share(index_t n, index_t tokens) const noexcept {
        if (amount != 0.0) { return amount; }
        const double wanted =
            0.35 * static_cast<double>(n) / static_cast<double>(tokens == 0 ? index_t{1} : tokens);
        return least(greatest(wanted, 0.01), 0.3);
    }
};

}  // namespace gradus
