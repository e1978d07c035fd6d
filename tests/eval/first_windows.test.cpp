// SPDX-License-Identifier: MIT
// A quick look at the trained reference model, for every instruction set and optimisation level.
#include "../model/small_model.hpp"

#include <gradus/eval/perplexity.hpp>

TEST_CASE("the first windows of the reference text keep their nats") {
    using namespace gradus::test;
    const auto weights = gradus::load_llama_weights(reference_directory());
    REQUIRE(weights);
    const auto model = model_of(weights.value());
    const auto tokens =
        gradus::load_tokens_bytes(reference_directory() + "/self-text.bin", 256, 512);
    REQUIRE(tokens);
    const auto windows = gradus::cut_windows(tokens.value(), {.context = 256});
    REQUIRE(windows);
    const gradus::serial one;
    const auto nats = measure_nats(model, gradus::window_set{tokens.value(), windows.value()}, one);
    CHECK(nats.positions == 510);
    // Measured by this library; the whole text is checked against another program.
    CHECK(nats.mean() == doctest::Approx(1.33632).epsilon(2e-5));
}
