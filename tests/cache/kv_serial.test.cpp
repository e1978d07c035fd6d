// SPDX-License-Identifier: MIT
// Sizes of a packed cache, and its bytes in a file: what is written, what is refused.
#include "cache_runs.hpp"

#include <gradus/cache/kv_serial.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;
using cache_type = any_cache<>;
using stored = kv_serial<cache_type>;

std::vector<std::byte> written(const cache_type& cache) {
    std::vector<std::byte> bytes(stored::size_in_bytes(cache));
    stored::write(cache, bytes);
    return bytes;
}

cache_type cache_of(any_vectors keys, any_vectors values, int width, bool tail = false) {
    kv_options<> options;
    options.block = 8;
    options.sinks = 2;
    options.window = 3;
    options.pack_tail = tail;
    options.chooser = {width, width};
    return cache_type{{2, 24, 60}, keys, values, options};
}

/// Bytes of a unit, counted value by value from the definition in kv_unit's docstring, in bits.
index_t counted_bits(const any_vectors& how, index_t tokens, index_t channels, int width) {
    if (width == 16) { return 16 * tokens * channels; }
    const bool by_channel = how.how.vectors == kv_vectors::channel;
    const index_t vectors = by_channel ? channels : tokens;
    const index_t length = by_channel ? tokens : channels;
    const index_t numbers = (width > 0 ? 1u : 0u) + (how.how.centered ? 0u : 1u);
    index_t positions = 0;
    while ((index_t{1} << positions) < length) {
        ++positions;
    }
    index_t outliers = 0;
    if (how.how.outlier_share > 0.0) {
        outliers = 2 * static_cast<index_t>(
                           std::ceil(0.5 * how.how.outlier_share * static_cast<double>(length)));
    }
    const index_t extra = vectors * outliers * (positions + 16 - static_cast<index_t>(width));
    const index_t codes = static_cast<index_t>(width) * tokens * channels;
    return 16 * vectors * numbers + codes + (extra + 7) / 8 * 8;
}

}  // namespace

TEST_CASE("the stated size is what is stored, for every policy, width and number of tokens") {
    tokens_of in{45, 2, 24};
    for (const any_vectors& how : menu_of_policies()) {
        for (const int width : menu_of_widths) {
            cache_type cache = cache_of(how, how, width);
            const index_t floats = 2 * 2 * (2 + 11) * 24 * 2;  // K, V; heads; slots; width; bytes
            for (index_t t = 0; t < 45; t += 5) {
                feed(cache, in, t, t + 5);
                const index_t blocks = cache.view().blocks.size();
                const index_t group = how.how.group == 0 ? 24 : 16;
                const index_t units = 4 * ((24 + group - 1) / group);
                index_t bits = 0;
                for (index_t first = 0; first < 24; first += group) {
                    bits += 4 * counted_bits(how, 8, std::min(group, 24 - first), width);
                }
                CHECK(cache.size_in_bytes() == floats + blocks * (bits / 8 + (units + 1) / 2));
                CHECK(written(cache).size() == stored::header_bytes + cache.size_in_bytes());
                CHECK(cache.size_in_bytes() <= cache.largest_size_in_bytes());
            }
        }
    }
}

TEST_CASE("what is read back holds, answers and writes the same, and goes on the same") {
    tokens_of in{60, 2, 24};
    for (const any_vectors& how : menu_of_policies()) {
        for (const int width : menu_of_widths) {
            for (const index_t length :
                 {index_t{0}, index_t{1}, index_t{12}, index_t{13}, index_t{37}, index_t{60}}) {
                cache_type cache = cache_of(how, how, width, length % 2 == 1);
                feed(cache, in, 0, length, 7);
                const auto bytes = written(cache);
                cache_type other = cache_of(how, how, width, length % 2 == 1);
                feed(other, in, 3, 20);
                REQUIRE(stored::read(bytes, other).has_value());
                REQUIRE(written(other) == bytes);
                REQUIRE(decode(other).keys.values == decode(cache).keys.values);
                feed(cache, in, length, 60);
                feed(other, in, length, 60);
                REQUIRE(written(other) == written(cache));
            }
        }
    }
}

TEST_CASE("a truncated file is refused at every length, and so is one byte more") {
    tokens_of in{30, 2, 24};
    const any_vectors how = menu_of_policies()[1];
    cache_type cache = cache_of(how, how, 3, true);
    feed(cache, in, 0, 30);
    auto bytes = written(cache);
    cache_type other = cache_of(how, how, 3, true);
    feed(other, in, 0, 5);
    const auto before = written(other);
    for (index_t n = 0; n < bytes.size(); ++n) {
        REQUIRE(!stored::read(std::span{bytes}.first(n), other).has_value());
    }
    CHECK(written(other) == before);
    bytes.push_back(std::byte{0});
    CHECK(!stored::read(bytes, other).has_value());
}

TEST_CASE("damaged bytes are refused or harmless: whatever is read is finite") {
    tokens_of in{30, 2, 24};
    const any_vectors how{{kv_vectors::token, false, 16, 0.1}, {}};
    cache_type cache = cache_of(how, how, 3);
    feed(cache, in, 0, 30);
    const auto bytes = written(cache);
    const random_key key = random_key::of(seed(), 77);
    index_t refused = 0;
    for (index_t round = 0; round < 4000; ++round) {
        auto damaged = bytes;
        const index_t flips = 1 + key.below(3, 7 * round);
        for (index_t f = 0; f < flips; ++f) {
            const index_t at = key.below(damaged.size(), 7 * round + 2 * f + 1);
            damaged[at] ^= static_cast<std::byte>(1u << key.below(8, 7 * round + 2 * f + 2));
        }
        cache_type other = cache_of(how, how, 3);
        if (!stored::read(damaged, other)) {
            ++refused;
            continue;
        }
        matrix out(1, in.queries.cols);
        if (other.length() > 0) { other.attend(in.queries.view().block(0, 1), out.view()); }
        REQUIRE(std::all_of(out.values.begin(), out.values.end(),
                            [](float v) { return std::isfinite(v); }));
    }
    CHECK(refused > 100);
}

TEST_CASE("a cache of another shape, policy or codebook is refused by reason") {
    const auto menu = menu_of_policies();
    cache_type cache = cache_of(menu[0], menu[0], 4);
    const auto bytes = written(cache);
    for (index_t i = 1; i < menu.size(); ++i) {
        cache_type other = cache_of(menu[i], menu[0], 4);
        const auto refused = stored::read(bytes, other);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == errc::invalid_argument);
    }
    kv_options<> options = cache.options();
    options.key_codebooks = normal_codebooks(2);
    cache_type other{{2, 24, 60}, menu[0], menu[0], options};
    CHECK(!stored::read(bytes, other).has_value());
}
