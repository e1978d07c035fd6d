// SPDX-License-Identifier: MIT
// The cache of halves is the float cache of rounded keys and values.
#include "../model/random_matrix.hpp"

#include <gradus/cache/f16_cache.hpp>
#include <gradus/cache/f32_cache.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace {

using gradus::f16;
using gradus::index_t;
using gradus::test::matrix;

matrix rounded_to_f16(const matrix& from) {
    matrix to = from;
    for (float& x : to.values) {
        x = f16::from(x).value();
    }
    return to;
}

template <class Cache, class... Threads>
matrix attended(Cache& cache, const matrix& q, Threads&&... threads) {
    matrix out(q.rows, q.cols);
    cache.attend(q.view(), out.view(), threads...);
    return out;
}

/// An executor that gives every piece a thread of its own.
struct thread_each {
    template <class F> void for_each(index_t n, F&& f) const {
        std::vector<std::jthread> all;
        for (index_t i = 0; i < n; ++i) {
            all.emplace_back([&f, i] { f(i); });
        }
    }
};

}  // namespace

TEST_CASE("halves give the bits of the float cache of rounded values") {
    for (const index_t width : {index_t{1}, index_t{20}, index_t{64}, index_t{128}}) {
        for (const index_t tokens : {index_t{1}, index_t{17}, index_t{128}, index_t{300}}) {
            const matrix k(tokens, 2 * width, 1);
            const matrix v(tokens, 2 * width, 2);
            const matrix q(1, 8 * width, 3);
            gradus::f16_cache halves{{2, width, tokens}};
            gradus::f32_cache floats{{2, width, tokens}};
            halves.append(k.view(), v.view());
            floats.append(rounded_to_f16(k).view(), rounded_to_f16(v).view());
            CHECK(attended(halves, q).values == attended(floats, q).values);
        }
    }
}

TEST_CASE("results do not depend on the executor") {
    const matrix k(150, 4 * 32, 1);
    const matrix v(150, 4 * 32, 2);
    const matrix q(10, 8 * 32, 3);
    gradus::f16_cache cache{{4, 32, 150}};
    cache.append(k.view(), v.view());
    const matrix alone = attended(cache, q);
    CHECK(attended(cache, q, thread_each{}).values == alone.values);
}

TEST_CASE("halves take half the bytes") {
    const gradus::f16_cache cache{{2, 20, 33}};  // 64 tokens; keys of 20, values of 32
    CHECK(cache.size_in_bytes() == 2 * 64 * (20 + 32) * 2);
}
