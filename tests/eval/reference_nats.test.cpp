// SPDX-License-Identifier: MIT
// Trained models on real texts against an independent float32 program (PyTorch).
#include "../model/small_model.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/eval/perplexity.hpp>

namespace {

using namespace gradus::test;
using gradus::index_t;
using gradus::token_t;

constexpr double bound = 2e-5;  // nats a position; two orders of f32 sums agree far better

/// A row of the table that comes with the models.
struct golden {
    std::string model;
    std::string text;
    index_t tokens;
    bool documents;  ///< windows start at token 1
    index_t positions;
    double nats;
};

void check(const golden& g) {
    CAPTURE(g.model);
    CAPTURE(g.text);
    const auto weights = gradus::load_llama_weights(g.model);
    REQUIRE(weights);
    const auto model = model_of(weights.value());
    const auto tokens = g.text.ends_with(".npy")
                          ? gradus::load_tokens_npy(g.text, model.vocabulary(), g.tokens)
                          : gradus::load_tokens_bytes(g.text, model.vocabulary(), g.tokens);
    REQUIRE(tokens);
    gradus::window_options options{.context = 256};
    if (g.documents) { options.document = token_t{1}; }
    const auto windows = gradus::cut_windows(tokens.value(), options);
    REQUIRE(windows);
    gradus::thread_pool threads{std::thread::hardware_concurrency()};
    const auto nats =
        measure_nats(model, gradus::window_set{tokens.value(), windows.value()}, threads);
    CHECK(nats.positions == g.positions);
    CHECK(std::abs(nats.mean() - g.nats) < bound);
}

}  // namespace

TEST_CASE("the reference model on its own text") {
    check({reference_directory(), reference_directory() + "/self-text.bin", gradus::all_tokens,
           false, 130'560, 1.289690});
}

TEST_CASE("trained models on texts beside the source tree") {
    const std::string shared = shared_directory();
    if (shared.empty()) { return; }
    const std::string stories = shared + "/models/stories260K";
    const std::string tiny = shared + "/models/tiny1m";
    const std::string reference = shared + "/models/reference";
    const std::string tokens = shared + "/text/tinystories-eval.tok512.npy";
    check({stories, tokens, gradus::all_tokens, true, 75'542, 1.323217});
    check({stories, tokens, gradus::all_tokens, false, 147'645, 1.426028});
    check({tiny, tokens, gradus::all_tokens, true, 75'542, 1.114495});
    check({tiny, tokens, gradus::all_tokens, false, 147'645, 1.598946});
    check({reference, shared + "/text/books-eval.txt", 262'144, false, 261'120, 1.255695});
    check({reference, shared + "/text/wikitext2-test.txt", 262'144, false, 261'120, 1.794364});
    check({reference, shared + "/text/ptb-valid.txt", 131'072, false, 130'560, 2.207645});
    check({reference, shared + "/text/c4-sample.txt", 131'072, false, 130'560, 1.623528});
}
