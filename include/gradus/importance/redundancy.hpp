// SPDX-License-Identifier: MIT
// How much of a channel the other channels tell.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/real.hpp>

#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// r_j = 1 - 1 / (H_jj [H^-1]_jj), in [0, 1]: the squared multiple correlation of channel j with
/// all others, which is the share of an error in column j that the other columns can compensate. 0
/// where H is diagonal, near 1 for a channel that others repeat.
///
/// Error:  rounding may take the product below 1; r is then 0.
/// Source: Guttman 1953, Psychometrika 18, 277 (image theory); its use here: this library.
[[nodiscard]] inline std::vector<double>
redundancy(std::span<const double> hessian_diagonal,    // [channels], H_jj
           std::span<const double> inverse_diagonal) {  // [channels], [H^-1]_jj
    GRADUS_EXPECT(hessian_diagonal.size() == inverse_diagonal.size());
    std::vector<double> found(hessian_diagonal.size());
    for (index_t j = 0; j < found.size(); ++j) {
        const double product = hessian_diagonal[j] * inverse_diagonal[j];
        found[j] = greatest(1.0 - 1.0 / product, 0.0);
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
