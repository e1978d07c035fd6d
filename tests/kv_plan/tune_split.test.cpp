// SPDX-License-Identifier: MIT
// The split of a budget between keys and values, tried out on the reference model.
#include "../model/small_model.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/io/tokens.hpp>
#include <gradus/kv_plan/record.hpp>
#include <gradus/kv_plan/tune_split.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

/// Measured on the first windows of the model's own text.
struct calibration {
    calibration()
        : weights{load_llama_weights(test::reference_directory()).value()},
          model{make_llama(weights).value()},
          tokens{load_tokens_bytes(
                     test::reference_directory() + "/self-text.bin", model.vocabulary(), 768)
                     .value()},
          windows{cut_windows(tokens, {.context = 128}).value()},
          base{model, {tokens, windows}, threads, index_t{1} << 28} {
        plan_options options;
        options.block = 32;
        const auto statistics = record_cache(model, weights, tokens, windows).value();
        measured = measure_cache(statistics, options, threads).value();
        measure_gains(measured, base, model, threads);
    }

    thread_pool threads{2};
    model_weights weights;
    llama model;
    std::vector<token_t> tokens;
    std::vector<window> windows;
    baseline<llama> base;
    measured_cache measured;
};

}  // namespace

TEST_CASE("a split that was tried out diverges no more than equal halves, at no more bits") {
    calibration c;
    for (index_t layer = 0; layer < c.measured.layers; ++layer) {
        for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
            const auto gain = c.measured.gain(layer, kind);
            for (index_t width = 1; width <= 8; ++width) {
                CHECK(gain[width] > 0.0);
                CHECK(gain[width] <= gain[width - 1]);
            }
        }
    }
    for (const double target : {2.5, 4.0}) {
        const auto tuned = tune_split(c.measured, target, c.base, c.model, c.threads).value();
        const auto equal =
            tune_split(c.measured, target, c.base, c.model, c.threads, budget_split::equal).value();
        CHECK(equal.equal);
        CHECK(tuned.plan.predicted <= equal.plan.predicted);
        CHECK(tuned.plan.predicted == divergence_of(tuned.plan, c.base, c.model, c.threads));
        const double bits = tuned.plan.bits(c.measured.options.amortised).mean();
        CHECK(bits <= target);
        CHECK(bits > target - 0.01);
    }
    CHECK(!tune_split(c.measured, 12.0, c.base, c.model, c.threads));
}
