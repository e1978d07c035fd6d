// SPDX-License-Identifier: MIT
// What random roundings are keyed by.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {

/// What distinguishes one tensor's run from another's.
struct scheme_run {
    std::uint64_t seed = 0;    ///< of stochastic and noisy roundings
    std::uint64_t tensor = 0;  ///< number of the tensor, so that no two draw the same numbers
};

}  // namespace gradus
