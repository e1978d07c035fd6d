// SPDX-License-Identifier: MIT
// What generate_text writes, against the transformer itself.
#include "generation.hpp"
#include "variants.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using generate_text::activations;
using generate_text::generate;
using gradus::index_t;
using gradus::token_t;

const std::vector<token_t> prompt = {'I', 't', ' ', 'w', 'a', 's', ' '};

gradus::model_weights reference() {
    return gradus::load_llama_weights(GRADUS_SOURCE_DIR "/examples/data/reference").value();
}

/// The likeliest tokens, one at a time, by a model that knows nothing of batches or variants.
std::vector<token_t> greedy_continuation(index_t count) {
    const gradus::llama model = gradus::make_llama(reference()).value();
    auto caches = model.make_caches(64);
    auto memory = model.make_workspace(1);
    std::vector<float> logits(model.vocabulary());
    std::vector<token_t> text = prompt;
    for (index_t i = 0; i + 1 < prompt.size() + count; ++i) {
        model.forward(std::span<const token_t>{text}.subspan(i, 1), std::span{caches},
                      gradus::matrix_view<float>{logits.data(), 1, logits.size()}, memory);
        if (i + 1 < text.size()) { continue; }
        const auto best = std::max_element(logits.begin(), logits.end());
        text.push_back(static_cast<token_t>(best - logits.begin()));
    }
    text.erase(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(prompt.size()));
    return text;
}

gradus::llama variant(int bits, activations seen_as, gradus::thread_pool& threads) {
    return generate_text::make_variant(reference(), bits, seen_as, threads).value();
}

}  // namespace

TEST_CASE("float weights write the transformer's own continuation, in every batch") {
    const std::vector<token_t> own = greedy_continuation(40);
    REQUIRE(own.size() == 40);
    for (const unsigned workers : {1u, 2u}) {
        gradus::thread_pool threads{workers};
        const gradus::llama model = variant(32, activations::f32, threads);
        for (const index_t sequences : std::initializer_list<index_t>{1, 3}) {
            const auto made = generate(model, prompt, sequences, 40, generate_text::greedy{});
            REQUIRE(made.tokens.size() == sequences * 40);
            for (index_t s = 0; s < sequences; ++s) {
                CHECK(std::equal(own.begin(), own.end(),
                                 made.tokens.begin() + static_cast<std::ptrdiff_t>(s * 40)));
            }
        }
    }
}

TEST_CASE("sampled texts depend on the seed, the sequence and nothing else") {
    gradus::thread_pool one{1};
    gradus::thread_pool two{2};
    for (const activations seen_as : {activations::f32, activations::int8}) {
        const gradus::llama model = variant(4, seen_as, one);
        const auto write = [&](const gradus::llama& by, std::uint64_t seed) {
            return generate(by, prompt, 3, 30, generate_text::sampled{seed}).tokens;
        };
        const std::vector<token_t> text = write(model, 1);
        CHECK(write(model, 1) == text);
        CHECK(write(variant(4, seen_as, two), 1) == text);
        CHECK(write(model, 2) != text);
        CHECK_FALSE(std::equal(text.begin(), text.begin() + 30, text.begin() + 30));
    }
}
