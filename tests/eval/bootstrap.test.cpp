// SPDX-License-Identifier: MIT
#include "../model/random_matrix.hpp"

#include <gradus/eval/losses.hpp>

#include <doctest/doctest.h>

#include <cmath>

using gradus::bootstrap_mean;
using gradus::index_t;

TEST_CASE("without variance the interval is the mean") {
    const std::vector<double> sums(20, 3.0);
    const std::vector<double> weights(20, 2.0);
    const auto interval = bootstrap_mean(sums, weights);
    CHECK(interval.low == 1.5);
    CHECK(interval.high == 1.5);
    const auto single = bootstrap_mean(std::vector{4.0}, std::vector{8.0}, {.resamples = 1});
    CHECK(single.low == 0.5);
    CHECK(single.high == 0.5);
}

TEST_CASE("the interval has the width of the normal one, and is reproducible") {
    const index_t count = 400;
    std::vector<double> sums;
    for (const float v : gradus::test::noise(count, 60)) {
        sums.push_back(static_cast<double>(v));
    }
    const std::vector<double> weights(count, 1.0);
    double mean = 0.0;
    double square = 0.0;
    for (const double s : sums) {
        mean += s / static_cast<double>(count);
        square += s * s / static_cast<double>(count);
    }
    const double expected = 2.0 * 1.96 * std::sqrt((square - mean * mean) / count);
    const auto interval = bootstrap_mean(sums, weights);
    CHECK(interval.low < mean);
    CHECK(mean < interval.high);
    CHECK(interval.high - interval.low == doctest::Approx(expected).epsilon(0.1));
    const auto again = bootstrap_mean(sums, weights);
    CHECK(again.low == interval.low);
    CHECK(again.high == interval.high);
    CHECK(bootstrap_mean(sums, weights, {.seed = 2}).low != interval.low);
}

TEST_CASE("about 95 of 100 intervals hold the true mean") {
    index_t holds = 0;
    const index_t trials = 400;
    const std::vector<double> weights(60, 1.0);
    for (index_t trial = 0; trial < trials; ++trial) {
        std::vector<double> sums;
        for (const float v : gradus::test::noise(60, 1000 + trial)) {
            sums.push_back(static_cast<double>(v));
        }
        const auto interval = bootstrap_mean(sums, weights, {.resamples = 1000});
        if (interval.low <= 0.0 && 0.0 <= interval.high) { ++holds; }
    }
    CHECK(holds >= trials * 90 / 100);
    CHECK(holds <= trials * 99 / 100);
}

TEST_CASE("losses are means over positions, long windows counting more") {
    const std::vector<gradus::window_losses> windows = {
        {.nats = 30.0, .float_nats = 20.0, .divergence = 1.0, .agreed = 9, .positions = 10},
        {.nats = 20.0, .float_nats = 20.0, .divergence = 2.0, .agreed = 12, .positions = 30}};
    const auto l = gradus::summarize(windows);
    CHECK(l.positions == 40);
    CHECK(l.ppl == doctest::Approx(std::exp(50.0 / 40.0)));
    CHECK(l.float_ppl == doctest::Approx(std::exp(1.0)));
    CHECK(l.ln_ratio == doctest::Approx(0.25));
    CHECK(l.ppl_ratio == doctest::Approx(std::exp(0.25)));
    CHECK(l.kld == doctest::Approx(3.0 / 40.0));
    CHECK(l.top1 == doctest::Approx(21.0 / 40.0));
    CHECK(l.kld_low == doctest::Approx(2.0 / 30.0));
    CHECK(l.kld_high == doctest::Approx(0.1));
}
