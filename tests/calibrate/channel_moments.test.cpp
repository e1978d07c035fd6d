// SPDX-License-Identifier: MIT
// Moments agree with brute force, cancel nothing and add up in any grouping of runs.
#include "random_matrix.hpp"

#include <gradus/calibrate/channel_moments.hpp>
#include <gradus/core/thread_pool.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using namespace gradus::test;
using gradus::channel_moments;
using gradus::index_t;
using gradus::token_run;

channel_moments moments_of(gradus::weights_view x) {
    gradus::serial here;
    channel_moments moments{x.cols};
    for (index_t t = 0; t < x.rows; t += token_run) {
        moments.add_run(x.block(t, std::min(token_run, x.rows - t)), here);
    }
    return moments;
}

bool same(const channel_moments& a, const channel_moments& b) {
    bool equal = a.tokens() == b.tokens() && a.width() == b.width();
    for (index_t j = 0; j < a.width() && equal; ++j) {
        equal = a.mean()[j] == b.mean()[j] && a.squares()[j] == b.squares()[j] &&
                a.magnitudes()[j] == b.magnitudes()[j];
    }
    return equal;
}

}  // namespace

TEST_CASE("moments equal their definition, two passes over all tokens in long double") {
    for (const index_t width : {1u, 63u, 64u, 65u, 130u}) {
        for (const index_t tokens : {1u, 127u, 128u, 129u, 700u}) {
            const matrix x(tokens, width, 1000 * width + tokens, 3.0f);
            const channel_moments moments = moments_of(x.view());
            CHECK(moments.tokens() == tokens);
            for (index_t j = 0; j < width; ++j) {
                long double mean = 0.0L;
                long double magnitude = 0.0L;
                for (index_t t = 0; t < tokens; ++t) {
                    mean += static_cast<long double>(x(t, j)) / static_cast<long double>(tokens);
                    magnitude += std::abs(static_cast<long double>(x(t, j)));
                }
                long double squares = 0.0L;
                for (index_t t = 0; t < tokens; ++t) {
                    const long double d = static_cast<long double>(x(t, j)) - mean;
                    squares += d * d;
                }
                const auto n = static_cast<double>(tokens);
                CHECK(std::abs(moments.mean()[j] - static_cast<double>(mean)) < 1e-14);
                CHECK(std::abs(moments.variance(j) * n - static_cast<double>(squares)) <=
                      1e-12 * (static_cast<double>(squares) + 1.0));
                CHECK(std::abs(moments.mean_magnitude(j) * n - static_cast<double>(magnitude)) <=
                      1e-12 * static_cast<double>(magnitude));
            }
        }
    }
}

TEST_CASE("a large mean does not drown the variance") {
    matrix x(1000, 1);
    for (index_t t = 0; t < x.rows; ++t) {
        x(t, 0) = 1048576.0f + static_cast<float>(t % 2);  // half of them one above the others
    }
    const channel_moments moments = moments_of(x.view());
    CHECK(moments.mean()[0] == 1048576.5);
    CHECK(std::abs(moments.variance(0) - 0.25) < 1e-12);
}

TEST_CASE("merging is the same as adding runs one after the other, and symmetric to the bit") {
    const matrix x(3 * token_run, 70, 5);
    const channel_moments all = moments_of(x.view());
    const channel_moments first = moments_of(x.view().block(0, 2 * token_run));
    const channel_moments last = moments_of(x.view().block(2 * token_run, token_run));
    channel_moments forward = first;
    forward.merge(last);
    channel_moments backward = last;
    backward.merge(first);
    CHECK(same(forward, all));
    CHECK(same(backward, all));

    channel_moments with_nothing = first;
    with_nothing.merge(channel_moments{70});
    CHECK(same(with_nothing, first));
    channel_moments nothing{70};
    nothing.merge(first);
    CHECK(same(nothing, first));
}

TEST_CASE("moments do not depend on the number of threads") {
    const matrix x(100, 333, 6);
    channel_moments alone{333};
    gradus::serial here;
    alone.add_run(x.view(), here);
    gradus::thread_pool three{3};
    channel_moments shared{333};
    shared.add_run(x.view(), three);
    CHECK(same(alone, shared));
}

TEST_CASE("without tokens everything is zero") {
    const channel_moments none{2};
    CHECK(none.variance(1) == 0.0);
    CHECK(none.mean_magnitude(0) == 0.0);
    CHECK(none.mean_square(0) == 0.0);
}
