// SPDX-License-Identifier: MIT
// Packed weights times rounded activations, end to end.
#pragma once

#include "measure.hpp"

namespace quantize_cache {

/// Losses of the model with `how.weight_bits` bits a weight (uniform_asymmetric, groups of 64,
/// mse_search) and activations as the rule has them, beside the float model and beside the same
/// weights with float activations. Rules that are static learn from the calibration text.
[[nodiscard]] gradus::status measure_activations(session& shared,
                                                 const rounded_activations& how,
                                                 gradus::thread_pool& threads,
                                                 run& done);

}  // namespace quantize_cache
