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
          base{model, {tokens, windows}, threads, index_t{1} << 28},
          text{{model, {tokens, first_half()}, threads, index_t{1} << 28},
               {model, {tokens, second_half()}, threads, index_t{1} << 28}} {
        plan_options options;
        options.block = 32;
        const auto statistics = record_cache(model, weights, tokens, windows).value();
        measured = measure_cache(statistics, options, threads).value();
        measure_gains(measured, base, model, threads);
    }

    [[nodiscard]] std::span<const window> first_half() const {
        return std::span{windows}.first(windows.size() / 2);
    }

    [[nodiscard]] std::span<const window> second_half() const {
        return std::span{windows}.subspan(windows.size() / 2);
    }

    thread_pool threads{2};
    model_weights weights;
    llama model;
    std::vector<token_t> tokens;
    std::vector<window> windows;
    baseline<llama> base;
    tuning_text<llama> text;
    measured_cache measured;
};

void check_gains(const measured_cache& measured) {
    for (index_t layer = 0; layer < measured.layers; ++layer) {
        for (index_t h = 0; h < measured.shape.heads; ++h) {
            for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
                const auto gain = measured.gain_of(layer, h, kind);
                for (index_t width = 1; width <= 8; ++width) {
                    CHECK(gain[width] > 0.0);
                    CHECK(gain[width] <= gain[width - 1]);
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("a split is taken where other text confirms it, and halves are halves") {
    calibration c;
    check_gains(c.measured);
    const index_t tokens = c.measured.options.amortised;
    for (const double target : {2.5, 4.0}) {
        const auto tuned = tune_split(c.measured, target, c.text, c.model, c.threads).value();
        CHECK(tuned.equal == !(tuned.tried.lower() && tuned.confirmed.change < 0.0));
        CHECK((tuned.plan.widths == tuned.halves.widths) == tuned.equal);
        CHECK(std::abs(tuned.tried_keys - 0.5) < 0.2);
        const double shown = divergence_of(tuned.plan, c.text.search, c.model, c.threads);
        CHECK(tuned.plan.predicted == shown);
        for (const cache_plan* plan : {&tuned.plan, &tuned.halves}) {
            CHECK(plan->bits(tokens).mean() <= target);
            CHECK(plan->bits(tokens).mean() > target - 0.01);
        }
        const cache_bits halves = tuned.halves.bits(tokens);
        CHECK(std::abs(halves.of_keys() - halves.of_values()) < 0.05);
    }
    CHECK(!tune_split(c.measured, 12.0, c.text, c.model, c.threads));
}
