// SPDX-License-Identifier: MIT
// The packed cache: what it holds, what it answers, what it forgets, what it refuses.
#include "cache_runs.hpp"

#include <gradus/cache/f32_cache.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

template <class Options = kv_options<>>
Options options_of(index_t block, index_t sinks, index_t window, int width = 4) {
    Options options;
    options.block = block;
    options.sinks = sinks;
    options.window = window;
    options.chooser = {width, width};
    return options;
}

double error_of(const std::vector<float>& got, const std::vector<double>& expected) {
    double most = 0.0;
    for (index_t i = 0; i < got.size(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(got[i]) - expected[i]));
    }
    return most;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        sum += std::pow(static_cast<double>(a[i] - b[i]), 2.0);
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
}

/// Notes the attention that it is shown.
struct watcher {
    static constexpr std::string_view name = "watcher";
    std::vector<float>* seen;

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        const auto a = layers[0].attention;
        for (index_t t = 0; t < a.cols; ++t) {
            seen->push_back(a(0, t));
        }
        std::fill_n(widths.data, widths.size(), std::uint8_t{4});
    }
};

}  // namespace

TEST_CASE("attention is that of the decoded tokens, at every length and block boundary") {
    for (const index_t block : {index_t{1}, index_t{8}, index_t{33}}) {
        tokens_of in{2 * block + 7, 2, 20};
        for (const bool floats : {false, true}) {
            for (const bool tail : {false, true}) {
                auto options = options_of(block, floats ? 3 : 0, floats ? 4 : 0);
                options.pack_tail = tail;
                packed_cache<per_channel<>, per_token<>> cache{{2, 20, 80}, {}, {}, options};
                for (index_t t = 0; t < in.keys.rows; ++t) {
                    feed(cache, in, t, t + 1);
                    CHECK(cache.length() == t + 1);
                    const decoded held = decode(cache);
                    CHECK(held.keys.rows == t + 1);
                    const index_t last = std::min(index_t{5}, t + 1);
                    const auto queries = in.queries.view().block(t + 1 - last, last);
                    const auto expected = attention(held, queries, 2, 20);
                    matrix out(last, in.queries.cols);
                    cache.attend(queries, out.view());
                    CHECK(error_of(out.values, expected) <= 2e-6);
                    cache.attend_as_defined(queries, out.view());
                    CHECK(error_of(out.values, expected) <= 1e-6);
                }
            }
        }
    }
}

TEST_CASE("every policy and width: attention is that of the decoded tokens") {
    tokens_of in{21, 2, 24};
    for (const any_vectors& keys : menu_of_policies()) {
        for (const any_vectors& values : menu_of_policies()) {
            const int width = menu_of_widths[(keys.how.group + values.how.group + 3) % 10];
            auto options = options_of(8, 1, 2);
            options.chooser = {width, 10 - width > 8 ? 8 : std::max(0, 10 - width)};
            any_cache<> cache{{2, 24, 21}, keys, values, options};
            feed(cache, in, 0, 21, 6);
            matrix out(21, in.queries.cols);
            cache.attend(in.queries.view(), out.view());
            CHECK(error_of(out.values, attention(decode(cache), in.queries.view(), 2, 24)) <= 1e-6);
        }
    }
}

TEST_CASE("what is stored does not depend on how the tokens arrive, nor on later ones") {
    tokens_of in{40, 2, 16};
    tokens_of other{40, 2, 16};
    for (index_t t = 27; t < 40; ++t) {
        for (float& x : other.keys.view().row(t)) {
            x *= -3.0f;
        }
    }
    const auto options = options_of(8, 2, 5);
    using cache_type = packed_cache<per_channel<>, per_token<>>;
    cache_type one{{2, 16, 40}, {}, {}, options};
    feed(one, in, 0, 40);
    for (const index_t at_once : {index_t{3}, index_t{8}, index_t{40}}) {
        cache_type many{{2, 16, 40}, {}, {}, options};
        feed(many, in, 0, 40, at_once);
        CHECK(decode(many).keys.values == decode(one).keys.values);
        CHECK(decode(many).values.values == decode(one).values.values);
    }
    cache_type changed{{2, 16, 40}, {}, {}, options};
    feed(changed, other, 0, 40);
    const decoded a = decode(one);
    const decoded b = decode(changed);
    const index_t whole = 26;  // 2 sinks and 3 blocks of 8 were full before the first change
    CHECK(std::equal(a.keys.values.begin(), a.keys.values.begin() + whole * 32,
                     b.keys.values.begin()));
    CHECK(a.keys.values != b.keys.values);
}

TEST_CASE("sinks and window stay floats, everything else is packed") {
    tokens_of in{50, 1, 16};
    packed_cache<per_channel<>, per_token<>, kv_options<float>> cache{
        {1, 16, 60}, {}, {}, options_of<kv_options<float>>(8, 3, 10, 2)};
    feed(cache, in, 0, 50);
    const auto view = cache.view();
    CHECK(view.sinks.count == 3);
    CHECK(view.packed == 32);  // 47 beyond the sinks, 10 to 17 of them recent
    CHECK(view.recent.count == 15);
    const decoded held = decode(cache);
    for (index_t t = 0; t < 50; ++t) {
        const bool exact = t < 3 || t >= 35;
        const auto row = held.keys.view().row(t);
        CHECK(std::equal(row.begin(), row.end(), in.keys.view().row(t).begin()) == exact);
    }
}

TEST_CASE("a packed tail leaves no token outside sinks and window as a float") {
    tokens_of in{30, 1, 16};
    auto options = options_of<kv_options<float>>(8, 2, 3, 3);
    options.pack_tail = true;
    packed_cache<per_channel<>, per_token<>, kv_options<float>> cache{{1, 16, 40}, {}, {}, options};
    for (index_t t = 0; t < 30; ++t) {
        feed(cache, in, t, t + 1);
        const auto view = cache.view();
        CHECK(view.sinks.count == std::min(index_t{2}, t + 1));
        CHECK(view.recent.count == std::min(index_t{3}, t + 1 - view.sinks.count));
        CHECK(view.length() == t + 1);
    }
}

TEST_CASE("truncation forgets tokens; into a block it unpacks what remains") {
    tokens_of in{60, 2, 16};
    tokens_of later{60, 2, 16, 50};
    using cache_type = packed_cache<per_channel<>, per_token<>, kv_options<float>>;
    for (const bool tail : {false, true}) {
        auto options = options_of<kv_options<float>>(8, 3, 5);
        options.pack_tail = tail;
        for (index_t length = 0; length <= 45; ++length) {
            cache_type cache{{2, 16, 60}, {}, {}, options};
            feed(cache, in, 0, 45);
            const decoded before = decode(cache);
            cache.truncate(length);
            CHECK(cache.length() == length);
            const decoded after = decode(cache);
            const index_t packed = cache.view().packed + cache.view().sinks.count;
            for (index_t i = 0; i < std::min(packed, length) * 32; ++i) {
                CHECK(after.keys.values[i] == before.keys.values[i]);
            }
            if (!tail) {
                CHECK(std::equal(after.values.values.begin(), after.values.values.end(),
                                 before.values.values.begin()));
            }
            feed(cache, later, length, 60, 4);
            CHECK(cache.length() == 60);
            matrix out(1, in.queries.cols);
            cache.attend(in.queries.view().block(0, 1), out.view());
            CHECK(error_of(out.values,
                           attention(decode(cache), in.queries.view().block(0, 1), 2, 16)) <= 1e-6);
        }
    }
}

TEST_CASE("truncation to where a token was appended and feeding again stores the same bytes") {
    tokens_of in{40, 1, 16};
    using cache_type = packed_cache<per_token<>, per_token<>, kv_options<float>>;
    cache_type straight{{1, 16, 40}, {}, {}, options_of<kv_options<float>>(8, 2, 6)};
    cache_type back{{1, 16, 40}, {}, {}, options_of<kv_options<float>>(8, 2, 6)};
    feed(straight, in, 0, 40);
    feed(back, in, 0, 33);
    back.truncate(29);  // within the window: nothing packed is lost
    feed(back, in, 29, 40);
    CHECK(decode(back).keys.values == decode(straight).keys.values);
}

TEST_CASE("reset is a new cache") {
    tokens_of in{40, 2, 16};
    using cache_type = packed_cache<per_channel<>, per_token<>>;
    cache_type cache{{2, 16, 40}, {}, {}, options_of(8, 2, 5)};
    const index_t empty = cache.size_in_bytes();
    feed(cache, in, 0, 40);
    cache.reset();
    CHECK(cache.length() == 0);
    CHECK(cache.size_in_bytes() == empty);
    feed(cache, in, 0, 20);
    cache_type fresh{{2, 16, 40}, {}, {}, options_of(8, 2, 5)};
    feed(fresh, in, 0, 20);
    CHECK(decode(cache).values.values == decode(fresh).values.values);
}

TEST_CASE("NaN, infinity and what f16 cannot hold are refused by name, and answers are NaN") {
    const float bad[] = {std::numeric_limits<float>::quiet_NaN(),
                         -std::numeric_limits<float>::infinity(), 70000.0f};
    for (const float x : bad) {
        for (const bool key : {true, false}) {
            tokens_of in{12, 3, 16};
            auto options = options_of(4, 1, 2);
            options.layer = 5;
            packed_cache<per_channel<>, per_token<>> cache{{3, 16, 20}, {}, {}, options};
            feed(cache, in, 0, 9);
            (key ? in.keys : in.values)(10, 16 + 3) = x;
            const auto refused =
                cache.append(in.keys.view().block(9, 3), in.values.view().block(9, 3));
            REQUIRE(!refused.has_value());
            const std::string expected =
                std::string{key ? "a key" : "a value"} + " of layer 5, head 1, token 10";
            CHECK(refused.error().message.starts_with(expected));
            CHECK(refused.error().code == (x == 70000.0f ? errc::out_of_range : errc::nonfinite));
            CHECK(cache.length() == 9);
            CHECK(!cache.check().has_value());
            CHECK(!cache.append(in.keys.view().block(0, 1), in.values.view().block(0, 1))
                       .has_value());
            matrix out(3, in.queries.cols);
            cache.attend(in.queries.view().block(0, 3), out.view());
            CHECK(std::all_of(out.values.begin(), out.values.end(),
                              [](float v) { return std::isnan(v); }));
            cache.truncate(9);
            CHECK(cache.check().has_value());
            cache.attend(in.queries.view().block(0, 3), out.view());
            CHECK(std::all_of(out.values.begin(), out.values.end(),
                              [](float v) { return std::isfinite(v); }));
        }
    }
}

TEST_CASE("rotation keeps attention, and is undone in the results") {
    tokens_of in{30, 2, 20};
    using options_type = kv_options<float, randomized_hadamard>;
    for (const bool values : {false, true}) {
        auto options = options_of<options_type>(8, 2, 4, 16);
        options.rotate_values = values;
        packed_cache<per_channel<>, per_token<>, options_type> cache{{2, 20, 30}, {}, {}, options};
        f32_cache exact{{2, 20, 30}};
        feed(cache, in, 0, 30);
        exact.append(in.keys.view(), in.values.view());
        matrix out(30, in.queries.cols);
        matrix expected(30, in.queries.cols);
        cache.attend(in.queries.view(), out.view());
        exact.attend(in.queries.view(), expected.view());
        CHECK(distance(out.values, expected.values) <= 1e-3);  // f16
        CHECK(distance(decode(cache).keys.values, in.keys.values) > 0.1);
        CHECK((distance(decode(cache).values.values, in.values.values) > 0.1) == values);
    }
}

TEST_CASE("keys with planted outlier channels want scales by channel, or a rotation") {
    tokens_of in{64, 1, 32};
    for (index_t t = 0; t < 64; ++t) {
        in.keys(t, 3) = 40.0f + in.keys(t, 3);
        in.keys(t, 17) = -25.0f + in.keys(t, 17);
    }
    f32_cache exact{{1, 32, 64}};
    exact.append(in.keys.view(), in.values.view());
    matrix expected(64, in.queries.cols);
    exact.attend(in.queries.view(), expected.view());
    matrix out(64, in.queries.cols);
    auto options = options_of(32, 0, 0);
    options.chooser = {5, 16};
    packed_cache<per_channel<>, per_token<>> by_channel{{1, 32, 64}, {}, {}, options};
    feed(by_channel, in, 0, 64);
    by_channel.attend(in.queries.view(), out.view());
    const double channel = distance(out.values, expected.values);
    packed_cache<per_token<>, per_token<>> by_token{{1, 32, 64}, {}, {}, options};
    feed(by_token, in, 0, 64);
    by_token.attend(in.queries.view(), out.view());
    const double token = distance(out.values, expected.values);
    kv_options<f16, hadamard> turned;
    turned.chooser = {5, 16};
    packed_cache<per_token<>, per_token<>, kv_options<f16, hadamard>> rotated{
        {1, 32, 64}, {}, {}, turned};
    feed(rotated, in, 0, 64);
    rotated.attend(in.queries.view(), out.view());
    CHECK(channel < 0.3 * token);
    CHECK(distance(out.values, expected.values) < 0.8 * token);
}

TEST_CASE("the attention that a recent token gets is remembered until it is packed") {
    std::vector<float> seen;
    kv_options<float, identity, watcher> options{.chooser = {&seen}};
    options.block = 4;
    options.window = 4;
    options.track_attention = true;
    packed_cache<per_token<>, per_token<>, kv_options<float, identity, watcher>> cache{
        {1, 8, 32}, {}, {}, options};
    tokens_of in{16, 1, 8};
    std::fill(in.keys.values.begin(), in.keys.values.end(), 0.0f);
    for (index_t d = 0; d < 8; ++d) {
        in.keys(1, d) = 4.0f;  // all queries below look here
        for (index_t c = 0; c < 16; c += 8) {
            for (index_t t = 0; t < 16; ++t) {
                in.queries(t, c + d) = 1.0f;
            }
        }
    }
    matrix out(1, 16);
    for (index_t t = 0; t < 8; ++t) {
        feed(cache, in, t, t + 1);
        if (t < 7) { cache.attend(in.queries.view().block(t, 1), out.view()); }
    }
    REQUIRE(seen.size() == 4);
    CHECK(seen[0] == 1.0f);  // alone at first
    CHECK(seen[1] > 0.99f);
    CHECK(seen[2] < 0.01f);
    CHECK(seen[3] < 0.01f);
}
