// SPDX-License-Identifier: MIT
// Attention on packed keys and values against the definition, within the bounds of its schemes.
#include "../model/random_matrix.hpp"

#include <gradus/cache/packed_cache.hpp>
#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/attend_kv.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace gradus;
using gradus::test::matrix;

using cache_type = packed_cache<any_vectors, any_vectors, kv_options<f16>>;

/// A cache and the queries that are put to it.
struct setting {
    index_t heads = 2;
    index_t width = 64;
    index_t block = 32;
    index_t tokens = 100;
    index_t sharing = 4;
    index_t queries = 1;
    kv_cut keys{kv_vectors::channel, false, 0, 0.0};
    kv_cut values{kv_vectors::token, false, 0, 0.0};
    int key_bits = 4;
    int value_bits = 4;
    index_t sinks = 3;
    index_t window = 5;
    bool pack_tail = false;
    shared_codebooks books = {};
    kv_fit fit = {};
};

cache_type fill(const setting& s) {
    kv_options<f16> options;
    options.block = s.block;
    options.sinks = s.sinks;
    options.window = s.window;
    options.pack_tail = s.pack_tail;
    options.chooser = {s.key_bits, s.value_bits};
    options.key_codebooks = s.books;
    options.value_codebooks = s.books;
    cache_type cache{{s.heads, s.width, s.tokens}, {s.keys, s.fit}, {s.values, s.fit}, options};
    matrix k(s.tokens, s.heads * s.width, 1);
    matrix v(s.tokens, s.heads * s.width, 2);
    REQUIRE(cache.append(k.view(), v.view()).has_value());
    return cache;
}

template <class S> matrix answer(const cache_type& cache, const matrix& q) {
    matrix out(q.rows, q.cols);
    aligned_buffer memory{kv_attention_floats(cache.shape()) * sizeof(float)};
    const std::span<float> floats{static_cast<float*>(static_cast<void*>(memory.bytes().data())),
                                  memory.size() / sizeof(float)};
    attend_kv(cache.view(), q.view(), out.view(), floats, S{});
    return out;
}

double worst(const matrix& a, const matrix& b) {
    double most = 0.0;
    for (index_t i = 0; i < a.values.size(); ++i) {
        const double error =
            std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i]));
        most = std::isfinite(error) ? std::max(most, error) : 1e30;
    }
    return most;
}

/// Queries, keys and values lie in [-1, 1]. A score has the factor 1 / sqrt(width), and so its
/// error is at most width * (1 / (2 most)) * (2 / (2^b - 1)) * 2^(b-1) / sqrt(width); relative
/// errors of weights are exp of twice that; what a value's sum adds is bounded by the same with the
/// largest weight exp(2 sqrt(width)) / tokens at worst, here far less: q is short.
double bound(double most, const setting& s, double largest_query) {
    if (most == 0.0) { return 4e-6; }
    const auto part = [&](int bits) {
        const double codes = std::exp2(bits);
        return bits == 16 || bits == 0 ? 0.0 : 0.5 * codes / (codes - 1.0) / most * 1.01;
    };
    const double root = std::sqrt(static_cast<double>(s.width));
    const double score = root * largest_query * part(s.key_bits);
    const double largest_weight = std::exp(2.0 * root * largest_query * 1.1);  // of the mean
    return std::expm1(2.0 * score) + largest_weight * part(s.value_bits) + 4e-6;
}

template <class S> void check_scheme(const setting& s, cache_type& cache, float largest_query) {
    matrix q(s.queries, s.heads * s.sharing * s.width, 3, largest_query);
    matrix expected(q.rows, q.cols);
    cache.attend_as_defined(q.view(), expected.view());
    const double error = worst(answer<S>(cache, q), expected);
    CHECK(error <= bound(static_cast<double>(S::most), s, static_cast<double>(largest_query)));
}

void check_all(const setting& s) {
    INFO("GRADUS_SEED=", test::seed(), " width ", s.width, " block ", s.block, " tokens ", s.tokens,
         " sharing ", s.sharing, " queries ", s.queries, " bits ", s.key_bits, " ", s.value_bits);
    cache_type cache = fill(s);
    check_scheme<exact_attention>(s, cache, 1.0f);
    check_scheme<int16_attention>(s, cache, 0.25f);
    check_scheme<int8_attention>(s, cache, 0.25f);
}

}  // namespace

TEST_CASE("every width of codes gives the definition's attention") {
    for (int bits = 0; bits <= 8; ++bits) {
        setting s;
        s.key_bits = bits;
        s.value_bits = 8 - bits;
        check_all(s);
    }
    setting halves;
    halves.key_bits = halves.value_bits = 16;
    check_all(halves);
}

TEST_CASE("either axis, centered or not, with groups and outliers") {
    for (const kv_vectors keys : {kv_vectors::channel, kv_vectors::token}) {
        for (const kv_vectors values : {kv_vectors::channel, kv_vectors::token}) {
            for (const bool centered : {false, true}) {
                for (const index_t group : {index_t{0}, index_t{16}, index_t{32}}) {
                    for (const double outliers : {0.0, 0.07}) {
                        setting s;
                        s.keys = {keys, centered, group, outliers};
                        s.values = {values, !centered, group, outliers};
                        s.key_bits = 3;
                        s.tokens = 150;
                        check_all(s);
                    }
                }
            }
        }
    }
}

TEST_CASE("all sizes of heads, blocks and groups of queries") {
    for (const index_t width : {index_t{1}, index_t{16}, index_t{20}, index_t{72}, index_t{144}}) {
        for (const index_t block :
             {index_t{1}, index_t{16}, index_t{33}, index_t{100}, index_t{128}, index_t{272}}) {
            setting s;
            s.width = width;
            s.block = block;
            s.tokens = block < 16 ? 20 : 2 * block + 21;
            s.sharing = 1 + (width + block) % 9;
            s.key_bits = 5;
            check_all(s);
            s.pack_tail = true;
            s.queries = 3;
            check_all(s);
        }
    }
}

TEST_CASE("codebooks are looked up") {
    for (const int bits : {1, 2, 3, 4, 5, 8}) {
        setting s;
        s.books = normal_codebooks(s.heads);
        s.fit.normalization = kv_normalization::moments;
        s.key_bits = bits;
        s.value_bits = bits;
        cache_type cache = fill(s);
        check_scheme<exact_attention>(s, cache, 1.0f);
        check_scheme<int8_attention>(s, cache, 0.25f);
    }
}

TEST_CASE("a block of queries gives what single queries give, to the bit") {
    setting s;
    s.window = 0;
    s.pack_tail = true;
    s.tokens = 90;
    s.queries = 40;
    const cache_type whole = fill(s);
    const matrix q(s.queries, s.heads * s.sharing * s.width, 3);
    const matrix together = answer<int8_attention>(whole, q);
    for (index_t t = 0; t < s.queries; ++t) {
        // Query t alone is the last query of a cache whose later tokens it does not see: the same
        // rows of work, at other places in a call.
        matrix last(s.queries - t, q.cols);
        std::copy(q.values.begin() + static_cast<std::ptrdiff_t>(t * q.cols), q.values.end(),
                  last.values.begin());
        const matrix alone = answer<int8_attention>(whole, last);
        CHECK(std::equal(alone.values.begin(), alone.values.end(),
                         together.values.begin() + static_cast<std::ptrdiff_t>(t * q.cols)));
    }
}

TEST_CASE(
    "a long cache is cut into pieces: the definition's attention, the same for any executor") {
    for (const index_t tokens : {index_t{8400}, index_t{17000}}) {
        setting s;
        s.width = 16;
        s.block = 48;
        s.tokens = tokens;
        cache_type cache = fill(s);
        REQUIRE(kv_ranges::of(cache.shape(), cache.view().packed).count == tokens / 8192 + 1);
        const matrix q(1, s.heads * s.sharing * s.width, 3);
        matrix expected(1, q.cols);
        matrix alone(1, q.cols);
        matrix shared(1, q.cols);
        thread_pool threads{3};
        cache.attend_as_defined(q.view(), expected.view());
        cache.attend(q.view(), alone.view());
        cache.attend(q.view(), shared.view(), threads);
        CHECK(worst(alone, expected) <= 4e-6);
        CHECK(worst(alone, shared) == 0.0);
        CHECK(worst(answer<exact_attention>(cache, q), expected) <= 4e-6);  // memory for no pieces
    }
}

TEST_CASE("a query that is not finite spoils its own results alone") {
    setting s;
    const cache_type cache = fill(s);
    matrix q(1, s.heads * s.sharing * s.width, 3);
    const matrix fine = answer<int8_attention>(cache, q);
    q(0, 5) = std::numeric_limits<float>::quiet_NaN();
    q(0, s.width + 5) = std::numeric_limits<float>::infinity();
    const matrix spoilt = answer<int8_attention>(cache, q);
    for (index_t i = 0; i < 2 * s.width; ++i) {
        CHECK(!std::isfinite(spoilt(0, i)));
    }
    for (index_t i = 2 * s.width; i < q.cols; ++i) {
        CHECK(spoilt(0, i) == fine(0, i));
    }
}
