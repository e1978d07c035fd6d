// SPDX-License-Identifier: MIT
// --memory: one budget for weights and cache.
#pragma once

#include "measure.hpp"

#include <gradus/model/weights.hpp>

namespace quantize_cache {

/// Divides `memory` bytes between the decoder's matrices and a cache of `context` tokens by what
/// both lose on calibration text, and measures the result on the first text.
///
/// Matrices: uniform_asymmetric of 2 to 8 bits in groups of 64, f16 scales by mse_search; the loss
/// of each width is the divergence measured with that matrix alone quantized. What is not
/// a matrix of the decoder is counted as f16 and stays float.
[[nodiscard]] gradus::result<memory_split> divide_memory(session& shared,
                                                         const gradus::model_weights& weights,
                                                         std::uint64_t memory,
                                                         gradus::thread_pool& threads);

}  // namespace quantize_cache
