// SPDX-License-Identifier: MIT
// Packed caches for a model that is measured through them.
#pragma once

#include <gradus/cache/settle_layers.hpp>
#include <gradus/model/token.hpp>

#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A `MakeCaches` of run_windows: one cache a step of the model's plan, all with these policies and
/// options. With `tokens_a_step` 1 and `pack_tail` every token is quantized before any later one
/// looks at it, and a token sees the window as it was at its time; with the whole window in one
/// step (0) a query sees everything packed but the last tokens of the text.
template <kv_policy KeyPolicy, kv_policy ValuePolicy, class Options = kv_options<>>
struct packed_caches {
    using cache_type = packed_cache<KeyPolicy, ValuePolicy, Options>;

    KeyPolicy keys = {};
    ValuePolicy values = {};
    Options options = {};                                ///< the layer is filled in
    index_t tokens_a_step = 0;                           ///< at most options.hold if that is not 0
    std::vector<shared_codebooks> key_codebooks = {};    ///< [layers], or empty: those of `options`
    std::vector<shared_codebooks> value_codebooks = {};  ///< likewise

    template <class Model>
    [[nodiscard]] std::vector<cache_type> operator()(const Model& model, index_t capacity) const {
        std::vector<cache_type> caches;
        caches.reserve(model.plan().size());
        for (const auto& step : model.plan()) {
            Options here = options;
            here.layer = step.block;
            if (!key_codebooks.empty()) { here.key_codebooks = key_codebooks[step.block]; }
            if (!value_codebooks.empty()) { here.value_codebooks = value_codebooks[step.block]; }
            const cache_shape shape{model.config().num_key_value_heads, model.config().head_dim,
                                    capacity};
            caches.emplace_back(shape, keys, values, std::move(here));
        }
        return caches;
    }

    /// After each step.
    void settle(std::span<cache_type> caches) const {
        if (options.hold == 0) { return; }
        auto chooser = options.chooser;
        settle_layers(caches, chooser);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
