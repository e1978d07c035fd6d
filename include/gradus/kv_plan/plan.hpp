// SPDX-License-Identifier: MIT
// A cache that is decided: coordinates, codebooks and widths of all layers.
#pragma once

#include <gradus/cache/based_cache.hpp>
#include <gradus/cache/bit_chooser.hpp>
#include <gradus/cache/kv_codebooks.hpp>
#include <gradus/kv_plan/plan_options.hpp>
#include <gradus/kv_plan/unit_rounding.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bits of a cache of N tokens, all layers together.
struct cache_bits {
    index_t keys = 0;         ///< units and width fields
    index_t values = 0;       ///< likewise
    index_t keys_once = 0;    ///< codebooks, shifts, orders: stored once
    index_t values_once = 0;  ///< likewise
    index_t count = 0;        ///< keys, and as many values

    [[nodiscard]] index_t total() const { return keys + values + keys_once + values_once; }

    [[nodiscard]] double of_keys() const {
        return static_cast<double>(keys + keys_once) / static_cast<double>(count);
    }

    [[nodiscard]] double of_values() const {
        return static_cast<double>(values + values_once) / static_cast<double>(count);
    }

    /// A stored number on average.
    [[nodiscard]] double mean() const { return 0.5 * (of_keys() + of_values()); }
};

struct cache_plan {
    kv_block_shape shape{};
    index_t layers = 0;
    index_t phases = 1;
    plan_options options;
    std::vector<std::uint8_t> widths;                       ///< [phases, layers, units]
    std::vector<std::shared_ptr<const layer_bases>> bases;  ///< [layers]
    std::vector<shared_codebooks> key_codebooks;            ///< [layers]
    std::vector<shared_codebooks> value_codebooks;          ///< [layers]
    double predicted = 0.0;                                 ///< loss, in the unit of the gains

    [[nodiscard]] int width(index_t phase, index_t layer, index_t unit) const {
        return widths[(phase * layers + layer) * shape.units() + unit];
    }

    /// Bits of `tokens` tokens from the start of a sequence: whole blocks, and a last one as it is.
    [[nodiscard]] cache_bits bits(index_t tokens) const {
        cache_bits sum;
        sum.count = layers * tokens * shape.heads * shape.width;
        for (index_t layer = 0; layer < layers; ++layer) {
            for (index_t first = 0; first < tokens; first += shape.tokens) {
                const index_t count = std::min(shape.tokens, tokens - first);
                const index_t phase = first / shape.tokens % phases;
                for (index_t u = 0; u < shape.units(); ++u) {
                    index_t& to = shape.kind_of(u) == kv_kind::key ? sum.keys : sum.values;
                    to += unit_bits(shape, u, count, width(phase, layer, u));
                }
            }
            sum.keys_once += 8 * key_codebooks[layer]->size_in_bytes();
            sum.values_once += 8 * value_codebooks[layer]->size_in_bytes();
            for (const head_basis& basis : bases[layer]->keys) {
                sum.keys_once += basis_bits(basis);
            }
            for (const head_basis& basis : bases[layer]->values) {
                sum.values_once += basis_bits(basis);
            }
        }
        return sum;
    }
};

/// The chooser of a plan: its widths, block after block in turn. Copies share them.
class planned_widths {
  public:
    static constexpr std::string_view name = "planned_widths";

    explicit planned_widths(std::shared_ptr<const cache_plan> plan) : plan_{std::move(plan)} {}

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        GRADUS_EXPECT(widths.cols == plan_->shape.units());
        for (index_t l = 0; l < layers.size(); ++l) {
            const index_t phase = layers[l].first / plan_->shape.tokens % plan_->phases;
            for (index_t u = 0; u < widths.cols; ++u) {
                widths(l, u) = static_cast<std::uint8_t>(plan_->width(phase, layers[l].layer, u));
            }
        }
    }

  private:
    std::shared_ptr<const cache_plan> plan_;
};

static_assert(bit_chooser<planned_widths>);

}  // namespace GRADUS_ISA
}  // namespace gradus
