// SPDX-License-Identifier: MIT
// What a matrix's loss is worth in nats of the model, and how sure that is.
#pragma once

#include <gradus/core/contract.hpp>

#include <algorithm>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// What the model lost when one matrix alone was disturbed.
struct noise_level {
    int width = 0;         ///< bits of the codes that did it
    double error = 0.0;    ///< ||(W - Q) X||^2 / ||W X||^2, damping included
    double kld = 0.0;      ///< nats a position
    double kld_low = 0.0;  ///< ends of the 95 % interval over windows
    double kld_high = 0.0;

    /// Nats per unit of relative error.
    [[nodiscard]] double slope() const { return kld / error; }
};

/// alpha_l of one matrix from finite differences at two noise levels:
///
///     alpha = KLD / error at the finer level
///
/// The interval spans those of both levels: each has the sampling error of its windows, and the
/// distance of the two is what the law KLD = alpha * error misses. Neither end is below 0.
/// Source: the linearity of Malinovskii et al. 2024, arXiv:2411.17525; the interval: this library.
struct loss_worth {
    std::string name;
    noise_level fine;
    noise_level coarse;

    [[nodiscard]] double alpha() const { return fine.slope(); }

    [[nodiscard]] double low() const {
        return std::max(0.0, std::min({alpha(), coarse.slope(), fine.kld_low / fine.error,
                                       coarse.kld_low / coarse.error}));
    }

    [[nodiscard]] double high() const {
        return std::max(
            {alpha(), coarse.slope(), fine.kld_high / fine.error, coarse.kld_high / coarse.error});
    }

    /// Whether the two levels differ by more than a factor.
    [[nodiscard]] bool bends(double factor) const {
        GRADUS_EXPECT(factor >= 1.0);
        return fine.slope() > factor * coarse.slope() || coarse.slope() > factor * fine.slope();
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
