// SPDX-License-Identifier: MIT
// The float cache against attention written out in double precision.
#include "../model/random_matrix.hpp"

#include <gradus/cache/f32_cache.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using gradus::f32_cache;
using gradus::index_t;
using gradus::test::matrix;

struct shape {
    index_t query_heads;
    index_t heads;
    index_t width;
    index_t tokens;
};

/// Widths on both sides of a vector and of a slab of values, counts on both sides of a tile of
/// tokens and of a block of them.
const std::vector<shape> shapes = {{1, 1, 1, 1},   {2, 1, 8, 15},  {4, 2, 16, 16}, {8, 4, 8, 17},
                                   {4, 2, 20, 33}, {3, 3, 64, 70}, {8, 1, 80, 131}};

/// softmax(q k / sqrt(w)) v for one query of one head, over the first `visible` tokens.
std::vector<double> oracle(const matrix& q,
                           const matrix& k,
                           const matrix& v,
                           const shape& s,
                           index_t token,
                           index_t head) {
    const index_t shared = head / (s.query_heads / s.heads);
    std::vector<double> weight(token + 1);
    double total = 0.0;
    for (index_t t = 0; t <= token; ++t) {
        double score = 0.0;
        for (index_t d = 0; d < s.width; ++d) {
            score += static_cast<double>(q(token, head * s.width + d)) *
                     static_cast<double>(k(t, shared * s.width + d));
        }
        weight[t] = std::exp(score / std::sqrt(static_cast<double>(s.width)));
        total += weight[t];
    }
    std::vector<double> result(s.width, 0.0);
    for (index_t t = 0; t <= token; ++t) {
        for (index_t d = 0; d < s.width; ++d) {
            result[d] += weight[t] / total * static_cast<double>(v(t, shared * s.width + d));
        }
    }
    return result;
}

struct inputs {
    explicit inputs(const shape& s)
        : q(s.tokens, s.query_heads * s.width, 1, 3.0f),
          k(s.tokens, s.heads * s.width, 2),
          v(s.tokens, s.heads * s.width, 3) {}

    matrix q;
    matrix k;
    matrix v;
};

/// Feeds the tokens in blocks of `block`.
matrix run(f32_cache& cache, inputs& in, index_t block) {
    matrix out(in.q.rows, in.q.cols);
    for (index_t t = 0; t < in.q.rows; t += block) {
        const index_t count = std::min(block, in.q.rows - t);
        cache.append(in.k.view().block(t, count), in.v.view().block(t, count));
        cache.attend(in.q.view().block(t, count), out.view().block(t, count));
    }
    return out;
}

}  // namespace

TEST_CASE("the float cache agrees with attention in double precision") {
    for (const shape& s : shapes) {
        inputs in{s};
        f32_cache cache{{s.heads, s.width, s.tokens}};
        const matrix out = run(cache, in, s.tokens);
        CHECK(cache.length() == s.tokens);
        for (index_t t = 0; t < s.tokens; ++t) {
            for (index_t head = 0; head < s.query_heads; ++head) {
                const auto expected = oracle(in.q, in.k, in.v, s, t, head);
                for (index_t d = 0; d < s.width; ++d) {
                    const auto got = static_cast<double>(out(t, head * s.width + d));
                    CHECK(std::abs(got - expected[d]) <= 2e-6);
                }
            }
        }
    }
}

TEST_CASE("a result does not depend on how the tokens arrive") {
    for (const shape& s : shapes) {
        inputs in{s};
        f32_cache whole{{s.heads, s.width, s.tokens}};
        f32_cache larger{{s.heads, s.width, s.tokens + 100}};
        const matrix expected = run(whole, in, s.tokens);
        CHECK(run(larger, in, s.tokens).values == expected.values);
        for (const index_t block : {index_t{1}, index_t{3}, index_t{16}}) {
            larger.reset();
            CHECK(run(larger, in, block).values == expected.values);
        }
    }
}

TEST_CASE("later tokens do not change earlier results, and truncation forgets them") {
    const shape s{4, 2, 16, 40};
    inputs in{s};
    f32_cache cache{{s.heads, s.width, s.tokens}};
    const matrix before = run(cache, in, s.tokens);
    inputs changed{s};
    const index_t from = 21;
    for (index_t t = from; t < s.tokens; ++t) {
        for (float& x : changed.k.view().row(t)) {
            x += 1.0f;
        }
        for (float& x : changed.v.view().row(t)) {
            x -= 1.0f;
        }
    }
    f32_cache other{{s.heads, s.width, s.tokens}};
    const matrix after = run(other, changed, s.tokens);
    const auto early = static_cast<std::ptrdiff_t>(from * before.cols);
    CHECK(std::equal(before.values.begin(), before.values.begin() + early, after.values.begin()));
    CHECK(before.values != after.values);

    other.truncate(from);
    CHECK(other.length() == from);
    const index_t rest = s.tokens - from;
    other.append(in.k.view().block(from, rest), in.v.view().block(from, rest));
    matrix again(rest, before.cols);
    other.attend(in.q.view().block(from, rest), again.view());
    CHECK(std::equal(again.values.begin(), again.values.end(), before.values.begin() + early));
}

TEST_CASE("grouped queries are multi-head attention with repeated heads") {
    const shape grouped{6, 2, 12, 20};
    const shape repeated{6, 6, 12, 20};
    inputs in{grouped};
    inputs many{repeated};
    many.q = in.q;
    for (index_t t = 0; t < grouped.tokens; ++t) {
        for (index_t c = 0; c < many.k.cols; ++c) {
            const index_t from = c / 12 / 3 * 12 + c % 12;
            many.k(t, c) = in.k(t, from);
            many.v(t, c) = in.v(t, from);
        }
    }
    f32_cache few{{2, 12, 20}};
    f32_cache all{{6, 12, 20}};
    CHECK(run(few, in, 20).values == run(all, many, 20).values);
}

TEST_CASE("huge scores neither overflow nor lose the winner") {
    f32_cache cache{{1, 16, 4}};
    matrix k(2, 16);
    matrix v(2, 16);
    matrix q(2, 16);
    k(0, 0) = 1e4f;
    k(1, 0) = -1e4f;
    v(0, 5) = 7.0f;
    v(1, 5) = 9.0f;
    q(0, 0) = q(1, 0) = 1e4f;
    matrix out(2, 16);
    cache.append(k.view(), v.view());
    cache.attend(q.view(), out.view());
    CHECK(out(1, 5) == 7.0f);
}

TEST_CASE("the stated size is that of padded keys and values") {
    const f32_cache cache{{2, 20, 33}};  // 64 tokens; keys of 20, values of 32
    CHECK(cache.size_in_bytes() == 2 * 64 * (20 + 32) * 4);
    CHECK(cache.capacity() == 33);
}
