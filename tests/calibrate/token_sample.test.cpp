// SPDX-License-Identifier: MIT
// A sample has the chosen tokens of whatever batches come.
#include "recorded_inputs.hpp"

#include <gradus/calibrate/collect.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus::test;
using gradus::choose_tokens;
using gradus::index_t;
using gradus::token_sample;

TEST_CASE("one token of each stretch is chosen, by the seed") {
    const auto chosen = choose_tokens(1000, 64, 5);
    REQUIRE(chosen.size() == 64);
    for (index_t i = 0; i < 64; ++i) {
        CHECK(chosen[i] >= i * 1000 / 64);
        CHECK(chosen[i] < (i + 1) * 1000 / 64);
    }
    CHECK(chosen == choose_tokens(1000, 64, 5));
    CHECK(chosen != choose_tokens(1000, 64, 6));
    CHECK(choose_tokens(3, 64, 5) == std::vector<index_t>{0, 1, 2});
    CHECK(choose_tokens(0, 64, 5).empty());
}

TEST_CASE("batches do not matter, and memory is bounded by the choice") {
    const matrix x(37, 5, 3);
    const std::vector<index_t> chosen{0, 7, 8, 20, 36};
    for (const index_t batch : {1u, 4u, 37u}) {
        token_sample sample{5, chosen};
        for (index_t t = 0; t < x.rows; t += batch) {
            sample.add(x.view().block(t, std::min<index_t>(batch, x.rows - t)));
        }
        CHECK(sample.seen() == 37);
        REQUIRE(sample.view().rows == chosen.size());
        for (index_t i = 0; i < chosen.size(); ++i) {
            for (index_t j = 0; j < 5; ++j) {
                CHECK(sample.view()(i, j) == x(chosen[i], j));
            }
        }
    }
    CHECK(token_sample::memory(5, 5) == 5 * (5 * sizeof(float) + sizeof(index_t)));
}

TEST_CASE("samples of a step are what the matrices read") {
    const gradus::llama model = model_of(random_weights(small_config()));
    const auto text = small_text(model.vocabulary());
    const recorded_inputs inputs = record_inputs(model, text);
    const auto chosen = choose_tokens(text.tokens(), 20, 1);
    auto stream = gradus::block_stream<gradus::llama>::start(model, text).value();
    for (index_t step = 0; !stream.at_end(); ++step) {
        gradus::step_statistics<> statistics;
        gradus::step_samples samples;
        REQUIRE(gradus::collect_step(stream, statistics, {}, gradus::serial{}, gradus::never_stop{},
                                     &samples, chosen));
        for (index_t input = 0; input < 4; ++input) {
            std::vector<float> all;
            for (const matrix& batch : inputs[step][input]) {
                all.insert(all.end(), batch.values.begin(), batch.values.end());
            }
            const gradus::weights_view some = samples[input]->view();
            REQUIRE(some.rows == chosen.size());
            for (index_t i = 0; i < some.rows; ++i) {
                CHECK(std::equal(some.row(i).begin(), some.row(i).end(),
                                 all.begin() + static_cast<std::ptrdiff_t>(chosen[i] * some.cols)));
            }
        }
    }
}

}  // namespace
