// SPDX-License-Identifier: MIT
// How a budget comes to keys and values, tried out.
#pragma once

#include <gradus/kv_plan/measure_gains.hpp>

#include <array>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

struct tuned_split {
    cache_plan plan;         ///< its prediction is what the calibration text showed
    double key_price = 1.0;  ///< errors of keys were counted so many times
    double flattened = 1.0;  ///< see measured_cache::flatten_gains
    bool equal = false;      ///< halves for keys and values did best
};

/// The plan that diverges least on calibration text, of several prices for errors. Gains are
/// measured with the rest of the cache exact, one width for a whole layer. Where all of it errs,
/// errors of keys and of values add to more than their sum, and not both by the same factor; and
/// where a layer mixes widths, its narrow units need not cost what a layer as narrow would. So keys
/// count once, 1.5 or 2.2 times, and gains are flattened not at all, 4 or 8 times.
///
/// Halves of the budget for keys and values are tried too; with `split` equal they are all that is
/// tried. On the reference model (16 windows of calibration, other books to evaluate, 2.5 to 6
/// bits) this divides the divergence of plans at plain gains by 1.05 to 1.2, and where halves won
/// the calibration they won the evaluation.
///
/// Cost:   12 plans, and a run over the text for each.
/// Errors: those of plan_cache.
template <class Model, executor Executor>
[[nodiscard]] result<tuned_split> tune_split(const measured_cache& measured,
                                             double target,
                                             const baseline<Model>& text,
                                             const Model& model,
                                             Executor& threads,
                                             budget_split split = budget_split::automatic) {
    result<tuned_split> best = tuned_split{};
    double least = unmeasured;
    const auto offer = [&](double key_price, double flattened, budget_split way) -> status {
        measured_cache priced = measured;
        priced.flatten_gains(flattened);
        priced.count_keys(key_price);
        auto plan = plan_cache(priced, target, way);
        if (!plan) { return plan.error(); }
        plan.value().predicted = divergence_of(plan.value(), text, model, threads);
        if (plan.value().predicted < least) {
            least = plan.value().predicted;
            best = tuned_split{std::move(plan).value(), key_price, flattened,
                               way == budget_split::equal};
        }
        return done{};
    };
    for (const double flattened : {1.0, 4.0, 8.0}) {
        for (const double key_price : {1.0, 1.5, 2.2}) {
            if (split == budget_split::equal) { continue; }
            const status s = offer(key_price, flattened, budget_split::automatic);
            if (!s) { return s.error(); }
        }
        const status s = offer(1.0, flattened, budget_split::equal);
        if (!s) { return s.error(); }
    }
    return best;
}

}  // namespace GRADUS_ISA
}  // namespace gradus
