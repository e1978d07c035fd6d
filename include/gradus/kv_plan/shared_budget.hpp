// SPDX-License-Identifier: MIT
// One budget for the weights of a model and its cache.
#pragma once

#include <gradus/kv_plan/plan_cache.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A matrix, and what each way to store it takes and loses: nats a token, as the gains of the cache
/// have it.
struct matrix_options {
    std::string name;
    std::vector<bit_option> options;
};

struct shared_plan {
    std::vector<std::uint32_t> choice;  ///< [matrices]
    std::uint64_t weight_bits = 0;
    std::uint64_t cache_bits = 0;  ///< of `options.amortised` tokens, with what is stored once
    cache_plan cache;
    double predicted = 0.0;  ///< nats a token, of weights and cache together
};

/// Divides `budget` bits among matrices and a cache of `measured.options.amortised` tokens, so that
/// the sum of the measured losses is least: where the split lies is no choice of its own. Never
/// above the budget.
/// Errors: a budget below the cheapest of everything, with the feasible range (invalid_argument).
[[nodiscard]] inline result<shared_plan> share_budget(const measured_cache& measured,
                                                      std::span<const matrix_options> matrices,
                                                      std::uint64_t budget) {
    const cache_items cache{measured};
    option_list list;
    for (const matrix_options& matrix : matrices) {
        list.add(matrix.options);
    }
    for (index_t i = 0; i < cache.view().count(); ++i) {
        list.add(cache.view().of(i));
    }
    const auto range = check_options(list.view());
    if (!range) { return range.error(); }
    const auto taken = [&](const bit_allocation& chosen) {
        shared_plan plan;
        plan.choice.assign(chosen.choice.begin(),
                           chosen.choice.begin() + static_cast<std::ptrdiff_t>(matrices.size()));
        plan.cache =
            cache.plan({chosen.choice.begin() + static_cast<std::ptrdiff_t>(matrices.size()),
                        chosen.choice.end()});
        plan.cache_bits = plan.cache.bits(measured.options.amortised).total();
        plan.predicted = plan.cache.predicted;
        for (index_t m = 0; m < matrices.size(); ++m) {
            plan.weight_bits += matrices[m].options[plan.choice[m]].cost;
            plan.predicted += matrices[m].options[plan.choice[m]].distortion;
        }
        return plan;
    };
    std::uint64_t asked = std::max(budget, range.value().least);
    for (int round = 0; round < 16; ++round) {
        const auto chosen = budget_allocator{}.allocate(list.view(), asked);
        if (!chosen) { return chosen.error(); }
        shared_plan plan = taken(chosen.value());
        const std::uint64_t bits = plan.weight_bits + plan.cache_bits;
        if (bits <= budget) { return plan; }
        if (asked == range.value().least) {
            return error{errc::invalid_argument,
                         std::to_string(budget / 8) +
                             " bytes for weights and cache are out of reach (feasible: " +
                             std::to_string((bits + 7) / 8) + " and more)"};
        }
        const std::uint64_t back = (bits - budget) * (static_cast<std::uint64_t>(round) + 1);
        asked = std::max(range.value().least, asked - std::min(asked, back));
    }
    return error{errc::out_of_range,
                 "no choice of widths fits the budget of " + std::to_string(budget / 8) + " bytes"};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
