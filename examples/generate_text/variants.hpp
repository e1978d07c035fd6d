// SPDX-License-Identifier: MIT
// The model in float and in few bits.
#pragma once

#include "options.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/model/llama.hpp>

#include <string>
#include <vector>

namespace generate_text {

/// Widths of the rows of the table; 32 is f32.
[[nodiscard]] std::vector<int> widths();

/// "f32", or the name of the layout and range: "uniform_symmetric4_g64_f16_mse".
[[nodiscard]] std::string scheme_name(int bits);

/// The model with its decoder matrices in `bits` a weight and the head in f32. `threads` share its
/// products and must outlive it. Errors: those of `quantize` and `make_llama`.
[[nodiscard]] gradus::result<gradus::llama> make_variant(gradus::model_weights weights,
                                                         int bits,
                                                         activations seen_as,
                                                         gradus::thread_pool& threads);

/// Of all linear layers: what a step reads.
[[nodiscard]] std::uint64_t weight_bytes(gradus::llama& model);

/// Of the decoder matrices, every stored bit counted.
[[nodiscard]] double bits_per_weight(gradus::llama& model);

}  // namespace generate_text
