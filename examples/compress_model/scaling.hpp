// SPDX-License-Identifier: MIT
// Scales of input channels: searched on measured errors, folded into the model.
#pragma once

#include "report.hpp"
#include "session.hpp"

namespace compress_model {

/// One pass over the dense model: the exponents of each input that leave least output error at the
/// widths nearest to the targets, solved with grids as they will be stored. Then `job` has the
/// model with all scales folded in, which computes the same as before.
/// Errors: those of calibration and solver.
[[nodiscard]] gradus::result<std::vector<scaled_input>> scale_inputs(session& job);

}  // namespace compress_model
