// SPDX-License-Identifier: MIT
// Widths chosen across the layers of a token: what the chooser sees, and what it decides.
#include "cache_runs.hpp"

#include <gradus/cache/settle_layers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// One width for a block of all layers: the wider the larger the largest value of any of them.
struct widest_of_layers {
    static constexpr std::string_view name = "widest_of_layers";
    std::vector<std::pair<index_t, index_t>>* calls = nullptr;  ///< layers, first token

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        float most = 0.0f;
        for (index_t l = 0; l < layers.size(); ++l) {
            CHECK(layers[l].layer == l);
            CHECK(layers[l].first == layers[0].first);
            for (index_t t = 0; t < layers[l].tokens(); ++t) {
                for (const float x : layers[l].keys.row(t)) {
                    most = std::max(most, std::abs(x));
                }
            }
        }
        std::fill_n(widths.data, widths.size(), std::uint8_t(most > 2.0f ? 8 : 3));
        if (calls != nullptr) { calls->emplace_back(layers.size(), layers[0].first); }
    }
};

using cache_type =
    packed_cache<per_channel<>, per_token<>, kv_options<f16, identity, widest_of_layers>>;

std::vector<cache_type> three_layers(bool tail) {
    std::vector<cache_type> caches;
    for (index_t layer = 0; layer < 3; ++layer) {
        kv_options<f16, identity, widest_of_layers> options;
        options.layer = layer;
        options.block = 8;
        options.sinks = 1;
        options.window = 2;
        options.hold = 5;
        options.pack_tail = tail;
        caches.emplace_back(cache_shape{2, 16, 64}, per_channel<>{}, per_token<>{}, options);
    }
    return caches;
}

}  // namespace

TEST_CASE("blocks are packed when they are settled, with one decision for all layers") {
    for (const bool tail : {false, true}) {
        auto caches = three_layers(tail);
        std::vector<tokens_of> in;
        for (index_t layer = 0; layer < 3; ++layer) {
            in.emplace_back(40, 2, 16, 10 * layer + 1);
        }
        in[1].keys(12, 5) = 7.0f;  // token 12 is in the second block, 1 + 8 ... 16
        std::vector<std::pair<index_t, index_t>> calls;
        widest_of_layers chooser{&calls};
        for (index_t t = 0; t < 40; t += 5) {
            for (index_t layer = 0; layer < 3; ++layer) {
                feed(caches[layer], in[layer], t, t + 5, 5);
            }
            settle_layers(std::span{caches}, chooser);
        }
        for (index_t layer = 0; layer < 3; ++layer) {
            const auto view = caches[layer].view();
            CHECK(view.length() == 40);
            CHECK(view.blocks.size() == (tail ? 5 : 4));
            for (index_t b = 0; b < 4; ++b) {
                for (index_t u = 0; u < view.shape.units(); ++u) {
                    CHECK(view.block(b).width(u) == (b == 1 ? 8 : 3));
                }
            }
            CHECK(view.recent.count == (tail ? 2 : 7));
        }
        index_t full = 0;
        for (const auto& [layers, first] : calls) {
            CHECK(layers == 3);
            full = std::max(full, first);
        }
        CHECK(full == (tail ? 33 : 25));
        CHECK((tail ? calls.size() > 4 : calls.size() == 4));
    }
}

TEST_CASE("settled caches hold what caches that pack on their own hold") {
    auto caches = three_layers(false);
    tokens_of in{40, 2, 16};
    kv_options<f16, identity, widest_of_layers> options = caches[0].options();
    options.hold = 0;
    cache_type alone{{2, 16, 64}, {}, {}, options};
    feed(alone, in, 0, 40, 4);
    widest_of_layers chooser;
    for (index_t t = 0; t < 40; t += 4) {
        for (cache_type& cache : caches) {
            feed(cache, in, t, t + 4, 4);
        }
        settle_layers(std::span{caches}, chooser);
    }
    for (const cache_type& cache : caches) {
        CHECK(decode(cache).keys.values == decode(alone).keys.values);
        CHECK(decode(cache).values.values == decode(alone).values.values);
    }
}

TEST_CASE("a table gives widths by layer, head, kind and group") {
    const index_t units = 2 * (2 + 1);  // two heads, keys in two groups
    std::vector<std::uint8_t> table(3 * units);
    for (index_t i = 0; i < table.size(); ++i) {
        table[i] = static_cast<std::uint8_t>(i % 9);
    }
    kv_options<f16, identity, table_of_widths> options{.chooser = {table, units}};
    options.layer = 2;
    options.block = 8;
    packed_cache<per_channel<>, per_token<>, kv_options<f16, identity, table_of_widths>> cache{
        {2, 32, 16}, {.group = 16}, {}, options};
    tokens_of in{8, 2, 32};
    feed(cache, in, 0, 8);
    const auto view = cache.view();
    REQUIRE(view.blocks.size() == 1);
    for (index_t u = 0; u < units; ++u) {
        CHECK(view.block(0).width(u) == table[2 * units + u]);
    }
}
