// SPDX-License-Identifier: MIT
// How a budget comes to keys and values, tried out.
#pragma once

#include <gradus/eval/paired.hpp>
#include <gradus/kv_plan/measure_gains.hpp>

#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Calibration text in two parts, each with the float model's predictions.
template <class Model> struct tuning_text {
    baseline<Model> search;   ///< chooses among plans
    baseline<Model> confirm;  ///< chose none of them: says whether the choice was more than luck
};

struct tuned_split {
    cache_plan plan;          ///< the one to use; its prediction is what `search` showed
    cache_plan halves;        ///< as many bits for all keys as for all values
    bool equal = false;       ///< `plan` is `halves`: no other split was found to be better
    double tried_keys = 0.5;  ///< part of the keys in the best other split
    paired_change tried;      ///< its divergence beside that of the halves, on all of the text
    paired_change confirmed;  ///< likewise, on `confirm` alone
};

/// Searches for the plan that really diverges least. One call, one target.
template <class Model, executor Executor> class split_search {
  public:
    split_search(const measured_cache& measured,
                 double target,
                 const tuning_text<Model>& text,
                 const Model& model,
                 Executor& threads)
        : measured_{measured}, target_{target}, text_{text}, model_{model}, threads_{threads} {}

    [[nodiscard]] result<tuned_split> find() {
        if (const status s = try_prices(); !s) { return s.error(); }
        step_aside();
        tuned_split found;
        std::vector<window_losses> others = losses(other_.plan, text_.confirm);
        std::vector<window_losses> halves = losses(halves_.plan, text_.confirm);
        found.confirmed = compare_divergence(others, halves);
        others.insert(others.end(), other_.shown.begin(), other_.shown.end());
        halves.insert(halves.end(), halves_.shown.begin(), halves_.shown.end());
        found.tried = compare_divergence(others, halves);
        const cache_bits bits = other_.plan.bits(measured_.options.amortised);
        found.tried_keys = 0.5 * bits.of_keys() / bits.mean();
        found.equal = !found.tried.lower() || found.confirmed.change >= 0.0;
        found.plan = found.equal ? halves_.plan : std::move(other_.plan);
        found.halves = std::move(halves_.plan);
        return found;
    }

  private:
    struct candidate {
        cache_plan plan;
        std::vector<window_losses> shown;  ///< on `search`
    };

    [[nodiscard]] std::vector<window_losses> losses(const cache_plan& plan,
                                                    const baseline<Model>& on) const {
        return on.compare(model_, threads_, planned_caches{plan});
    }

    /// Keeps the plan if it diverges less than the best so far; whether it did.
    [[nodiscard]] result<bool>
    offer(const measured_cache& prices, budget_split split, candidate& best) const {
        auto plan = plan_cache(prices, target_, split);
        if (!plan) { return plan.error(); }
        candidate tried{std::move(plan).value(), {}};
        tried.shown = losses(tried.plan, text_.search);
        tried.plan.predicted = mean_divergence(tried.shown);
        if (!best.shown.empty() && tried.plan.predicted >= best.plan.predicted) { return false; }
        best = std::move(tried);
        return true;
    }

    /// Halves, and the split that the allocator makes, at several prices.
    [[nodiscard]] status try_prices() {
        measured_cache of_layers = measured_;
        of_layers.share_gains();
        for (const measured_cache* plain : {&measured_, &std::as_const(of_layers)}) {
            for (const double times : {1.0, 4.0}) {
                measured_cache flat = *plain;
                flat.flatten_gains(times);
                const auto better = offer(flat, budget_split::equal, halves_);
                if (!better) { return better.error(); }
                const auto other = offer(flat, budget_split::automatic, other_);
                if (!other) { return other.error(); }
                if (better.value()) { priced_ = std::move(flat); }
            }
        }
        return done{};
    }

    /// From the halves in steps of a tenth of a bit a key, to both sides, as far as it pays.
    void step_aside() {
        const double step = 0.05 / target_;
        for (const double side : {-step, step}) {
            for (double way = 1.0; way <= 4.0; way *= 2.0) {
                const auto better = offer(priced_, {0.5 + way * side}, other_);
                if (!better || !better.value()) { break; }
            }
        }
    }

    const measured_cache& measured_;
    double target_;
    const tuning_text<Model>& text_;
    const Model& model_;
    Executor& threads_;
    measured_cache priced_;  // with the prices of the best halves
    candidate halves_;
    candidate other_;  // the best of the other splits
};

/// The plan that diverges least on calibration text, of several prices for errors and several
/// splits of the budget between keys and values.
///
/// Prices. Gains are measured with the rest of the cache exact and one width for a whole head.
/// Where all of it errs and heads mix widths, narrow units need not cost what a head as narrow
/// would: gains are flattened or not, and taken of heads or of whole layers.
///
/// Split. The part of the keys is half, or what the allocator makes of it at these prices, or some
/// tenths of a bit a key beside the half, as far as this pays. Divergence is so flat there, and so
/// rough (widths of single units jump), that what does best on 16 windows of 256 tokens is as often
/// worse as better than the halves on other text. So windows that chose nothing have a say: another
/// split is taken if it does better on `confirm`, and the paired interval over all windows lies
/// below zero; the halves otherwise.
///
/// In place of this, prices from what a bit less does to each head at the plan itself (one run a
/// head, kind and target) gained 10 to 16 per cent while gains were those of layers, and next to
/// nothing beyond gains of heads.
///
/// Cost:   10 to 14 runs over `search`, and 2 over `confirm`.
/// Errors: those of plan_cache.
template <class Model, executor Executor>
[[nodiscard]] result<tuned_split> tune_split(const measured_cache& measured,
                                             double target,
                                             const tuning_text<Model>& text,
                                             const Model& model,
                                             Executor& threads) {
    return split_search<Model, Executor>{measured, target, text, model, threads}.find();
}

}  // namespace GRADUS_ISA
}  // namespace gradus
