// SPDX-License-Identifier: MIT
// The packed caches that a plan describes.
#pragma once

#include <gradus/cache/packed_cache.hpp>
#include <gradus/kv_plan/plan.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

using planned_cache =
    based_cache<packed_cache<any_vectors, any_vectors, kv_options<f16, identity, planned_widths>>>;

/// Makes one cache a layer, without sinks and window: every token is packed before it is attended.
/// Its sizes are `plan.bits(tokens)` without what is stored once, to the byte.
struct planned_caches {
    std::shared_ptr<const cache_plan> plan;

    explicit planned_caches(cache_plan decided)
        : plan{std::make_shared<const cache_plan>(std::move(decided))} {}

    template <class Model>
    [[nodiscard]] std::vector<planned_cache> operator()([[maybe_unused]] const Model& model,
                                                        index_t capacity) const {
        GRADUS_EXPECT(model.plan().size() == plan->layers);
        std::vector<planned_cache> caches;
        for (index_t layer = 0; layer < plan->layers; ++layer) {
            kv_options<f16, identity, planned_widths> options{
                .layer = layer,
                .block = plan->shape.tokens,
                .pack_tail = true,
                .chooser = planned_widths{plan},
                .key_codebooks = plan->key_codebooks[layer],
                .value_codebooks = plan->value_codebooks[layer]};
            caches.emplace_back(
                planned_cache::inner_type{{plan->shape.heads, plan->shape.width, capacity},
                                          plan->options.keys,
                                          plan->options.values,
                                          std::move(options)},
                plan->bases[layer]);
        }
        return caches;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
