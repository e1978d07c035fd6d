// SPDX-License-Identifier: MIT
// Scores of channels by name.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>

namespace compress_model {

/// What `--importance` names, for the columns of a matrix as the model has them.
/// `pivots`: U_jj with H = U U^T, in the order of the model. Errors: a score that is no number.
[[nodiscard]] gradus::result<std::vector<double>>
scores_of(const std::string& criterion,
          const gradus::named_matrix& matrix,
          const gradus::input_statistics<>& statistics,
          std::span<const double> pivots);

}  // namespace compress_model
