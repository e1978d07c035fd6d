// SPDX-License-Identifier: MIT
// Guard rails of one solved matrix.
#pragma once

#include "solve.hpp"

namespace compress_model {

/// What the solver told, and how the matrix is stored.
struct solution_facts {
    double loss;                             ///< in the solver's unit
    double pruned_loss;                      ///< of pruning alone; below 0: nothing is pruned
    std::span<const gradus::index_t> order;  ///< of the columns as they are stored
    gradus::index_t group;
};

/// Errors: `no-effect`, `lossless-at-low-bits`, `zero-lost`, each with its identifier.
[[nodiscard]] gradus::status check_solution(const gradus::named_matrix& m,
                                            const solved_matrix& one,
                                            const zero_rule& zeros,
                                            const solution_facts& told);

}  // namespace compress_model
