// SPDX-License-Identifier: MIT
// Several sequences in one step against each of them alone.
#include "small_model.hpp"

#include <gradus/model/sequence_batch.hpp>

namespace {

using namespace gradus::test;
using gradus::f32_cache;
using gradus::index_t;
using gradus::token_t;

static_assert(gradus::kv_cache<gradus::cache_batch<f32_cache>>);
static_assert(gradus::position_encoding<gradus::position_batch<gradus::rotary_halves, f32_cache>>);

/// Texts of different lengths whose last `steps` tokens are fed together.
struct several {
    std::vector<std::vector<token_t>> texts;
    index_t steps;

    several(index_t count, index_t step_count, index_t vocabulary) : steps{step_count} {
        for (index_t s = 0; s < count; ++s) {
            texts.push_back(random_tokens(steps + 5 * s, vocabulary, 50 + s));
        }
    }

    [[nodiscard]] index_t before(index_t s) const { return texts[s].size() - steps; }
};

/// Caches as `forward_each` wants them, each sequence up to where the steps begin.
std::vector<f32_cache> start(const gradus::llama& model, const several& all) {
    auto caches = model.make_caches(40, all.texts.size());
    auto memory = model.make_workspace(40);
    matrix none(0, model.vocabulary());
    for (index_t s = 0; s < all.texts.size(); ++s) {
        auto own = model.make_caches(40);
        const std::span<const token_t> text{all.texts[s]};
        if (all.before(s) > 0) {
            model.forward(text.first(all.before(s)), std::span{own}, none.view(), memory);
        }
        for (index_t i = 0; i < own.size(); ++i) {
            caches[i * all.texts.size() + s] = own[i];
        }
    }
    return caches;
}

void check_model(const gradus::llama& model, index_t count) {
    const several all{count, 6, model.vocabulary()};
    auto caches = start(model, all);
    auto memory = model.make_workspace(count);
    matrix logits(count, model.vocabulary());
    std::vector<token_t> tokens(count);
    for (index_t step = 0; step < all.steps; ++step) {
        for (index_t s = 0; s < count; ++s) {
            tokens[s] = all.texts[s][all.before(s) + step];
        }
        model.forward_each(std::span<const token_t>{tokens}, std::span{caches}, logits.view(),
                           memory);
        for (index_t s = 0; s < count; ++s) {
            const matrix alone = logits_of(model, all.texts[s]);
            for (index_t i = 0; i < model.vocabulary(); ++i) {
                CHECK(std::abs(logits(s, i) - alone(all.before(s) + step, i)) < 1e-5f);
            }
        }
    }
    for (index_t i = 0; i < caches.size(); ++i) {
        CHECK(caches[i].length() == all.texts[i % count].size());
    }
}

}  // namespace

TEST_CASE("sequences in one step are what each is alone, whatever their lengths") {
    auto model = model_of(random_weights(small_config()));
    for (const index_t count : {1u, 2u, 5u}) {
        check_model(model, count);
    }
    model.set_plan({{0}, {2, 0.5f}, {2, 0.5f}, {1}});
    check_model(model, 3);
}

TEST_CASE("a batch of caches is as long as its shortest, and as big as all") {
    std::vector<f32_cache> caches(3, f32_cache{{1, 16, 20}});
    caches[1] = f32_cache{{1, 16, 12}};
    const matrix row(1, 16, 1);
    const matrix rows(3, 16, 2);
    caches[0].append(row.view(), row.view());
    gradus::cache_batch<f32_cache> batch{std::span{caches}};
    batch.append(rows.view(), rows.view());
    CHECK(batch.length() == 1);
    CHECK(caches[0].length() == 2);
    CHECK(batch.capacity() == 12);
    CHECK(batch.size_in_bytes() == 2 * caches[0].size_in_bytes() + caches[1].size_in_bytes());
    batch.truncate(1);
    CHECK(caches[0].length() == 1);
    batch.reset();
    CHECK(batch.length() == 0);
}
