// SPDX-License-Identifier: MIT
// Windows against a brute-force walk over all positions.
#include "../model/random_matrix.hpp"

#include <gradus/eval/windows.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::cut_windows;
using gradus::index_t;
using gradus::scored;
using gradus::token_t;
using gradus::window;
using gradus::window_options;

/// For each token: where its window starts, or nothing when it is not scored.
using scoring = std::vector<std::pair<index_t, index_t>>;  // (position, start of its window)

scoring of(const std::vector<window>& windows) {
    scoring result;
    for (const window& w : windows) {
        for (index_t p = w.scored_from; p < w.length; ++p) {
            result.push_back({w.first + p, w.first});
        }
    }
    return result;
}

/// Walks the text token by token.
scoring brute_force(std::span<const token_t> tokens, const window_options& o) {
    scoring result;
    const index_t size = std::min(tokens.size(), o.token_limit);
    index_t start = 0;
    bool inside = false;
    for (index_t at = 0; at < size; ++at) {
        if (o.document) {
            if (tokens[at] == *o.document) {
                start = at;
                inside = true;
            }
            if (!inside || at - start >= o.context) { continue; }
        } else {
            start = at / o.context * o.context;
            if (start + o.context > size) { break; }
        }
        const index_t position = at - start;
        const bool counts = o.part == scored::all ? position > 0 : position > o.context / 2;
        if (counts && result.size() < o.position_limit) { result.push_back({at, start}); }
    }
    return result;
}

}  // namespace

TEST_CASE("windows score what a walk over the text scores") {
    const gradus::random_key key = gradus::random_key::of(gradus::test::seed(), 50);
    for (std::uint64_t trial = 0; trial < 400; ++trial) {
        const auto draw = [&](std::uint64_t n, std::uint64_t i) {
            return static_cast<index_t>(key.below(n, trial * 1000 + i));
        };
        std::vector<token_t> tokens(draw(120, 0));
        for (index_t i = 0; i < tokens.size(); ++i) {
            tokens[i] = static_cast<token_t>(draw(6, 10 + i));
        }
        window_options o{.context = 2 + draw(20, 1)};
        if (draw(2, 2) == 1) { o.part = scored::second_half; }
        if (draw(2, 3) == 1) { o.document = token_t{1}; }
        if (draw(3, 4) == 1) { o.token_limit = draw(120, 5); }
        if (draw(3, 6) == 1) { o.position_limit = draw(60, 7); }
        const scoring expected = brute_force(tokens, o);
        const auto windows = cut_windows(tokens, o);
        CHECK(windows.has_value() == !expected.empty());
        if (windows) {
            CHECK(of(windows.value()) == expected);
            for (const window& w : windows.value()) {
                CHECK(w.positions() > 0);
                CHECK(w.length <= o.context);
            }
        }
    }
}

TEST_CASE("the second half of a window of 256 is its last 127 positions") {
    const std::vector<token_t> tokens(98304 + 100);
    const auto windows = cut_windows(tokens, {.context = 256, .part = scored::second_half});
    REQUIRE(windows);
    CHECK(windows.value().size() == 384);
    CHECK(windows.value()[1].first == 256);
    CHECK(windows.value()[1].scored_from == 129);
    CHECK(windows.value()[1].positions() == 127);
}

TEST_CASE("a text without a scored position is an error") {
    const std::vector<token_t> tokens(10, 5);
    CHECK(!cut_windows(tokens, {.context = 11}));
    CHECK(!cut_windows(tokens, {.context = 1}));
    CHECK(!cut_windows(tokens, {.context = 5, .document = token_t{1}}));
    CHECK(!cut_windows(tokens, {.context = 2, .part = scored::second_half}));
    CHECK(!cut_windows({}, {.context = 5}));
    CHECK(cut_windows(tokens, {.context = 10}));
}
