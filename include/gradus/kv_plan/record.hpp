// SPDX-License-Identifier: MIT
// Calibration of a cache: a model reads a text, every layer remembers.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/core/result.hpp>
#include <gradus/eval/windows.hpp>
#include <gradus/kv_plan/measure_cache.hpp>
#include <gradus/kv_plan/recording_cache.hpp>
#include <gradus/model/llama.hpp>

#include <span>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Statistics of all layers of `model` over the windows; W_o comes from `weights`. One window after
/// the other: sums are the same whatever the machine has.
/// Memory: the keys and values of all tokens, as floats.
/// Errors: an output projection that is not float (unsupported).
[[nodiscard]] inline result<cache_statistics> record_cache(const llama& model,
                                                           const model_weights& weights,
                                                           std::span<const token_t> tokens,
                                                           std::span<const window> windows) {
    const model_config& config = model.config();
    std::vector<layer_recorder> recorders;
    for (index_t layer = 0; layer < config.num_hidden_layers; ++layer) {
        const std::string name = layer_name(layer, "self_attn.o_proj.weight");
        const named_matrix* output = weights.find(name);
        if (output == nullptr || output->values.empty()) {
            return error{errc::unsupported, "tensor '" + name +
                                                "' is not float (calibration of a "
                                                "cache reads the float model)"};
        }
        recorders.emplace_back(output->view(), config.num_key_value_heads, config.head_dim);
    }
    index_t longest = 0;
    for (const window& w : windows) {
        longest = std::max(longest, w.length);
    }
    std::vector<recording_cache> caches;
    for (const step& s : model.plan()) {
        caches.emplace_back(cache_shape{config.num_key_value_heads, config.head_dim, longest},
                            recorders[s.block]);
    }
    workspace memory = model.make_workspace(longest);
    std::vector<float> logits(model.vocabulary());
    for (const window& w : windows) {
        for (recording_cache& cache : caches) {
            cache.reset();
        }
        model.forward(tokens.subspan(w.first, w.length), std::span{caches},
                      matrix_view<float>{logits.data(), 1, logits.size()}, memory);
    }
    cache_statistics done;
    for (const layer_recorder& recorder : recorders) {
        done.push_back(recorder.finish());
    }
    return done;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
