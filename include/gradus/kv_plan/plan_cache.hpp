// SPDX-License-Identifier: MIT
// From measured losses to a plan: equal widths, or a budget over keys and values together.
#pragma once

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/option_list.hpp>
#include <gradus/allocation/target_average.hpp>
#include <gradus/kv_plan/measure_cache.hpp>
#include <gradus/kv_plan/plan.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A plan with the given widths, [phases, layers, units], and the codebooks that they use. Width 16
/// loses nothing here.
[[nodiscard]] inline cache_plan
make_plan(const measured_cache& measured, index_t phases, std::vector<std::uint8_t> widths) {
    cache_plan plan{.shape = measured.shape,
                    .layers = measured.layers,
                    .phases = phases,
                    .options = measured.options,
                    .widths = std::move(widths),
                    .bases = measured.bases,
                    .key_codebooks = {},
                    .value_codebooks = {}};
    const kv_block_shape& shape = plan.shape;
    for (index_t layer = 0; layer < plan.layers; ++layer) {
        auto keys = std::make_shared<kv_codebooks>(shape.heads);
        auto values = std::make_shared<kv_codebooks>(shape.heads);
        for (index_t p = 0; p < phases; ++p) {
            for (index_t u = 0; u < shape.units(); ++u) {
                const int width = plan.width(p, layer, u);
                if (width == 16) { continue; }
                plan.predicted += measured.loss(layer, u, width) / static_cast<double>(phases);
                const kv_kind kind = shape.kind_of(u);
                const auto& at = measured.head(layer, shape.head_of(u), kind)
                                     .widths[static_cast<index_t>(width)];
                if (at.levels.empty()) { continue; }
                (kind == kv_kind::key ? keys : values)
                    ->set(shape.head_of(u), width, at.levels, at.mapping == unit_mapping::adaptive);
            }
        }
        plan.key_codebooks.push_back(std::move(keys));
        plan.value_codebooks.push_back(std::move(values));
    }
    return plan;
}

/// The same width for all keys, and one for all values.
[[nodiscard]] inline cache_plan
equal_plan(const measured_cache& measured, int key_width, int value_width) {
    std::vector<std::uint8_t> widths;
    for (index_t layer = 0; layer < measured.layers; ++layer) {
        for (index_t u = 0; u < measured.shape.units(); ++u) {
            const bool key = measured.shape.kind_of(u) == kv_kind::key;
            widths.push_back(static_cast<std::uint8_t>(key ? key_width : value_width));
        }
    }
    return make_plan(measured, 1, std::move(widths));
}

/// How a budget comes to keys and values.
struct budget_split {
    double keys = 0.0;  ///< their part of the bits, up to 1; 0: wherever a bit saves most

    [[nodiscard]] constexpr bool operator==(const budget_split&) const = default;

    static const budget_split automatic;
    static const budget_split equal;  ///< half of it each, to compare with
};

inline constexpr budget_split budget_split::automatic{};
inline constexpr budget_split budget_split::equal{0.5};

/// One item a phase, layer and unit; its options are the widths 0 to 8.
class cache_items {
  public:
    explicit cache_items(const measured_cache& measured) : measured_{measured} {
        for_each_item([&](index_t phase, index_t layer, index_t unit) {
            const std::vector<bit_option> item = options_of(phase, layer, unit);
            all_.add(item);
            (measured.shape.kind_of(unit) == kv_kind::key ? keys_ : values_).add(item);
        });
    }

    [[nodiscard]] item_options view() const { return all_.view(); }

    /// Numbers in the cache, keys and values.
    [[nodiscard]] index_t count() const {
        return 2 * measured_.layers * measured_.options.amortised * measured_.shape.heads *
               measured_.shape.width;
    }

    /// Widths, [phases, layers, units], within a budget that is at least that of the cheapest.
    [[nodiscard]] result<std::vector<std::uint8_t>> allocate(std::uint64_t budget,
                                                             budget_split split) const {
        if (split == budget_split::automatic) {
            const auto chosen = budget_allocator{}.allocate(all_.view(), budget);
            if (!chosen) { return chosen.error(); }
            return std::vector<std::uint8_t>(chosen->choice.begin(), chosen->choice.end());
        }
        const auto for_keys = static_cast<std::uint64_t>(split.keys * static_cast<double>(budget));
        const auto keys = budget_allocator{}.allocate(keys_.view(), for_keys);
        const auto values = budget_allocator{}.allocate(values_.view(), budget - for_keys);
        if (!keys || !values) { return (keys ? values : keys).error(); }
        std::vector<std::uint8_t> widths;
        auto key = keys->choice.begin();
        auto value = values->choice.begin();
        for_each_item([&](index_t, index_t, index_t unit) {
            const bool is_key = measured_.shape.kind_of(unit) == kv_kind::key;
            widths.push_back(static_cast<std::uint8_t>(is_key ? *key++ : *value++));
        });
        return widths;
    }

    [[nodiscard]] cache_plan plan(std::vector<std::uint8_t> widths) const {
        return make_plan(measured_, measured_.options.phases, std::move(widths));
    }

  private:
    template <class F> void for_each_item(F&& f) const {
        for (index_t p = 0; p < measured_.options.phases; ++p) {
            for (index_t layer = 0; layer < measured_.layers; ++layer) {
                for (index_t u = 0; u < measured_.shape.units(); ++u) {
                    f(p, layer, u);
                }
            }
        }
    }

    [[nodiscard]] std::vector<bit_option>
    options_of(index_t phase, index_t layer, index_t unit) const {
        std::vector<bit_option> item;
        const auto phases = static_cast<double>(measured_.options.phases);
        for (int width = 0; width <= 8; ++width) {
            item.push_back({cost(phase, unit, width), measured_.loss(layer, unit, width) / phases});
        }
        return item;
    }

    /// All blocks of one phase in `amortised` tokens.
    [[nodiscard]] std::uint64_t cost(index_t phase, index_t unit, int width) const {
        const plan_options& options = measured_.options;
        std::uint64_t bits = 0;
        const index_t stride = options.block * options.phases;
        for (index_t first = phase * options.block; first < options.amortised; first += stride) {
            bits += unit_bits(measured_.shape, unit,
                              std::min(options.block, options.amortised - first), width);
        }
        return bits;
    }

    const measured_cache& measured_;
    option_list all_;
    option_list keys_;
    option_list values_;
};

/// What the cheapest widths take, and the best ones, with what they store once.
[[nodiscard]] inline result<cost_range> cache_reach(const cache_items& items, index_t tokens) {
    const auto range = check_options(items.view());
    if (!range) { return range.error(); }
    const auto worst = items.allocate(range.value().least, budget_split::automatic);
    const auto best = items.allocate(range.value().most, budget_split::automatic);
    if (!best || !worst) { return (best ? worst : best).error(); }
    return cost_range{items.plan(worst.value()).bits(tokens).total(),
                      items.plan(best.value()).bits(tokens).total()};
}

/// The widths of least predicted loss whose effective bits, everything counted and what is stored
/// once spread over `options.amortised` tokens, lie within 0.01 bit below the target. Keys
/// and values share the budget: how it is split follows from their losses.
///
/// Which codebooks are stored depends on the widths: the allocator is asked again with what they
/// leave of the budget, until that fits.
/// Errors: a target out of reach, with the feasible range (invalid_argument); units so large that
///         none of the choices tried is near enough (out_of_range).
[[nodiscard]] inline result<cache_plan> plan_cache(const measured_cache& measured,
                                                   double target,
                                                   budget_split split = budget_split::automatic) {
    if (!std::isfinite(target)) {
        return error{errc::invalid_argument, "the target of bits is not a number"};
    }
    const cache_items items{measured};
    const index_t tokens = measured.options.amortised;
    const target_average wanted{target, items.count(), 0.01};
    const auto reach = cache_reach(items, tokens);
    if (!reach) { return reach.error(); }
    if (const status s = check_reach(reach.value(), wanted); !s) { return s.error(); }
    const std::uint64_t limit = budget_of(wanted);
    const std::uint64_t least = check_options(items.view()).value().least;
    std::uint64_t budget = limit;
    std::optional<cache_plan> kept;
    std::uint64_t unused = limit;
    std::uint64_t excess = 0;  // rounds above the limit: each takes a larger step back
    for (int round = 0; round < 16; ++round) {
        auto widths = items.allocate(std::max(budget, least), split);
        if (!widths) { return widths.error(); }
        cache_plan plan = items.plan(std::move(widths).value());
        const std::uint64_t bits = plan.bits(tokens).total();
        if (bits > limit) {
            budget -= std::min<std::uint64_t>(budget, (bits - limit) * ++excess);
            continue;
        }
        excess = 0;
        if (!kept || limit - bits < unused) {
            unused = limit - bits;
            kept = std::move(plan);
        }
        if (average_bits(unused, items.count()) < 0.001) { break; }
        budget += (limit - bits) / 2;
    }
    const bool near = kept && (average_bits(unused, items.count()) <= wanted.tolerance ||
                               limit - unused >= reach.value().most);
    if (near) { return std::move(*kept); }
    return error{errc::out_of_range, "no choice of widths comes within 0.01 bit below " +
                                         std::to_string(target) +
                                         " bits. More phases, or smaller feature groups?"};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
