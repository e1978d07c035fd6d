// SPDX-License-Identifier: MIT
// A plan whose widths follow the queries of the sequence, at the same bits.
#pragma once

#include <gradus/kv_plan/plan_cache.hpp>
#include <gradus/kv_plan/planned_cache.hpp>
#include <gradus/kv_plan/running_importance.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// What the chooser needs to know of calibration; shared by all caches.
struct dynamic_plan {
    measured_cache measured;
    cache_plan plan;
    cache_statistics statistics;  ///< query_energy and key_weights are read
    double half_life = 64.0;      ///< tokens
};

/// Each block of a layer gets the bits that the plan has for it, given out anew: the predicted loss
/// of a group of key channels is scaled by how E[q_d^2] of the sequence compares with calibration,
///
///     sum_d price_d r_d / sum_d price_d,   r_d = E_running[q_d^2] / E_calibration[q_d^2],
///
/// price_d the weighted variance of channel d. Before the first query the plan's widths stay. Only
/// widths whose codebooks the plan stores are chosen. The tracker belongs to one sequence.
class dynamic_widths {
  public:
    static constexpr std::string_view name = "dynamic_widths";

    dynamic_widths(std::shared_ptr<const dynamic_plan> shared,
                   std::shared_ptr<running_importance> tracker)
        : shared_{std::move(shared)}, tracker_{std::move(tracker)} {}

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        for (index_t l = 0; l < layers.size(); ++l) {
            choose(layers[l], widths.row(l));
        }
    }

  private:
    [[nodiscard]] double factor(index_t layer, index_t unit) const {
        const kv_block_shape& shape = shared_->plan.shape;
        if (shape.kind_of(unit) != kv_kind::key) { return 1.0; }
        const index_t h = shape.head_of(unit);
        const head_statistics& head = shared_->statistics[layer][h];
        const head_basis& basis = shared_->plan.bases[layer]->keys[h];
        const auto running = tracker_->energy(h);
        double before = 0.0;
        double now = 0.0;
        for (index_t i = 0; i < shape.channels(unit); ++i) {
            const index_t d = basis.order[shape.first_channel(unit) + i];
            const double calibrated = std::max(head.query_energy[d], 1e-30);
            before += head.key_weights[d];
            now += head.key_weights[d] * running[d] / calibrated;
        }
        return before > 0.0 ? now / before : 1.0;
    }

    [[nodiscard]] bool stored(index_t layer, index_t unit, int width) const {
        const kv_kind kind = shared_->plan.shape.kind_of(unit);
        const index_t h = shared_->plan.shape.head_of(unit);
        const auto& at = shared_->measured.head(layer, h, kind).widths[static_cast<index_t>(width)];
        if (at.levels.empty()) { return true; }
        const auto& books =
            kind == kv_kind::key ? shared_->plan.key_codebooks : shared_->plan.value_codebooks;
        const auto levels = books[layer]->levels();
        return !levels.empty() && levels[h][width] != nullptr;
    }

    void choose(const kv_block_values& block, std::span<std::uint8_t> widths) const {
        const cache_plan& plan = shared_->plan;
        const index_t phase = block.first / plan.shape.tokens % plan.phases;
        option_list items;
        std::vector<std::vector<int>> menu(widths.size());
        std::uint64_t budget = 0;
        for (index_t u = 0; u < widths.size(); ++u) {
            const int planned = plan.width(phase, block.layer, u);
            widths[u] = static_cast<std::uint8_t>(planned);
            budget += unit_bits(plan.shape, u, block.tokens(), planned);
            if (!tracker_->known()) { continue; }
            std::vector<bit_option> item;
            const double scale = factor(block.layer, u);
            for (int width = 0; width <= 8; ++width) {
                if (!stored(block.layer, u, width)) { continue; }
                item.push_back({unit_bits(plan.shape, u, block.tokens(), width),
                                scale * shared_->measured.loss(block.layer, u, width)});
                menu[u].push_back(width);
            }
            items.add(item);
        }
        if (!tracker_->known()) { return; }
        const auto chosen = budget_allocator{}.allocate(items.view(), budget);
        if (!chosen) { return; }  // the plan's widths are always within the budget
        for (index_t u = 0; u < widths.size(); ++u) {
            widths[u] = static_cast<std::uint8_t>(menu[u][chosen.value().choice[u]]);
        }
    }

    std::shared_ptr<const dynamic_plan> shared_;
    std::shared_ptr<running_importance> tracker_;
};

static_assert(bit_chooser<dynamic_widths>);

/// A cache that shows its queries to a tracker after it has answered them.
template <kv_cache Cache> class tracked_cache {
  public:
    static constexpr key_storage keys = Cache::keys;

    tracked_cache(Cache inner, std::shared_ptr<running_importance> tracker)
        : inner_{std::move(inner)}, tracker_{std::move(tracker)} {}

    [[nodiscard]] const Cache& inner() const noexcept { return inner_; }

    auto append(matrix_view<const float> new_keys, matrix_view<const float> new_values) {
        return inner_.append(new_keys, new_values);
    }

    void attend(matrix_view<const float> queries, matrix_view<float> out) {
        inner_.attend(queries, out);
        tracker_->add(queries);
    }

    [[nodiscard]] index_t length() const noexcept { return inner_.length(); }

    [[nodiscard]] index_t capacity() const noexcept { return inner_.capacity(); }

    [[nodiscard]] index_t size_in_bytes() const noexcept { return inner_.size_in_bytes(); }

    /// Queries of forgotten tokens are still remembered: they said something about the model.
    void truncate(index_t length) { inner_.truncate(length); }

    void reset() {
        inner_.reset();
        tracker_->reset();
    }

  private:
    Cache inner_;
    std::shared_ptr<running_importance> tracker_;
};

/// Makes the caches of a dynamic plan; a text goes through the model block by block, so that the
/// queries of one block are known when the next one is packed.
struct dynamic_caches {
    using packed =
        packed_cache<any_vectors, any_vectors, kv_options<f16, identity, dynamic_widths>>;
    using cache_type = tracked_cache<based_cache<packed>>;

    std::shared_ptr<const dynamic_plan> shared;
    index_t tokens_a_step = 0;

    explicit dynamic_caches(dynamic_plan decided)
        : shared{std::make_shared<const dynamic_plan>(std::move(decided))},
          tokens_a_step{shared->plan.shape.tokens} {}

    template <class Model>
    [[nodiscard]] std::vector<cache_type> operator()(const Model&, index_t capacity) const {
        const cache_plan& plan = shared->plan;
        std::vector<cache_type> caches;
        for (index_t layer = 0; layer < plan.layers; ++layer) {
            auto tracker = std::make_shared<running_importance>(plan.shape.heads, plan.shape.width,
                                                                shared->half_life);
            kv_options<f16, identity, dynamic_widths> options{
                .layer = layer,
                .block = plan.shape.tokens,
                .pack_tail = true,
                .chooser = dynamic_widths{shared, tracker},
                .key_codebooks = plan.key_codebooks[layer],
                .value_codebooks = plan.value_codebooks[layer]};
            packed cache{{plan.shape.heads, plan.shape.width, capacity},
                         plan.options.keys,
                         plan.options.values,
                         std::move(options)};
            caches.emplace_back(based_cache<packed>{std::move(cache), plan.bases[layer]}, tracker);
        }
        return caches;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus
