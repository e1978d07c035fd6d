// SPDX-License-Identifier: MIT
// Block by block through the compressed model: statistics, solutions, packed matrices.
#pragma once

#include "plans.hpp"

#include <gradus/layout/mixed_matrix.hpp>

namespace compress_model {

/// What became of one matrix.
struct solved_matrix {
    gradus::mixed_matrix packed;
    gradus::matrix_plan plan;     ///< by which it was solved
    std::vector<float> values;    ///< [rows, cols], columns as the model has them; see the record
    double relative_error = 0.0;  ///< ||(W - Q) X||^2 / ||W X||^2 on the inputs it was solved for
    double zeros = 0.0;           ///< share
};

struct solved_model {
    std::map<std::string, solved_matrix, std::less<>> matrices;
    std::vector<gradus::finding> findings;
    gradus::bit_plan plan;  ///< as it was carried out
    double calibration_seconds = 0.0;
    double solution_seconds = 0.0;
};

/// How codes are found.
enum class method : std::uint8_t {
    joint,      ///< zeros and codes together, later columns answering
    two_steps,  ///< pruned first, the survivors quantized after
    rounding,   ///< each weight by itself, no calibration
};

/// `goal`: what the plan's changes follow, if anything (see `running_plan`). `name`: of the run, in
/// the names of the record's files.
[[nodiscard]] gradus::result<solved_model> solve_model(const session& job,
                                                       const survey& known,
                                                       const gradus::bit_plan& plan,
                                                       const std::optional<target>& goal,
                                                       const zero_rule& zeros,
                                                       method how,
                                                       const std::string& name);

}  // namespace compress_model
