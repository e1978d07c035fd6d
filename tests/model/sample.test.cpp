// SPDX-License-Identifier: MIT
#include "small_model.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/model/sample.hpp>

using namespace gradus::test;
using gradus::index_t;
using gradus::sample_text;
using gradus::token_t;

TEST_CASE("tokens are drawn with their probabilities") {
    const std::vector<float> logits = {0.0f, std::log(2.0f), -200.0f, std::log(5.0f)};
    std::vector<index_t> counts(4);
    const index_t draws = 8000;
    for (index_t i = 0; i < draws; ++i) {
        auto used = logits;
        ++counts[gradus::sample_token(used, static_cast<double>(i) / static_cast<double>(draws))];
    }
    CHECK(counts[0] == doctest::Approx(1000).epsilon(0.002));
    CHECK(counts[1] == doctest::Approx(2000).epsilon(0.002));
    CHECK(counts[2] == 0);
    CHECK(counts[3] == doctest::Approx(5000).epsilon(0.002));
    auto used = logits;
    CHECK(gradus::sample_token(used, std::nextafter(1.0, 0.0)) == 3);
}

TEST_CASE("a text depends on its seed and number, and on nothing else") {
    const auto model = model_of(random_weights(small_config()));
    const auto texts = sample_text(model, 3, 20, 4, seed());
    REQUIRE(texts.size() == 80);
    for (index_t t = 0; t < 4; ++t) {
        CHECK(texts[t * 20] == 3);
    }
    gradus::thread_pool threads{2};
    CHECK(sample_text(model, 3, 20, 4, seed(), threads) == texts);
    const auto fewer = sample_text(model, 3, 20, 2, seed());
    CHECK(std::equal(fewer.begin(), fewer.end(), texts.begin()));
    CHECK(!std::equal(texts.begin(), texts.begin() + 20, texts.begin() + 20));
    CHECK(sample_text(model, 3, 20, 4, seed() + 1) != texts);
    CHECK(*std::max_element(texts.begin(), texts.end()) < 29);
}
