// SPDX-License-Identifier: MIT
// Trained levels as a mapping: signed scales, brackets, bound, training through the policy.
#include "probe.hpp"
#include "samples.hpp"

#include <gradus/mapping/adaptive_quantile.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::adaptive_quantile;
using gradus::code_t;
using gradus::interval;
using namespace gradus::test;

static_assert(gradus::name_of<adaptive_quantile<4>>() == "adaptive_quantile4");
static_assert(gradus::mirrorable<adaptive_quantile<4>>);
static_assert(adaptive_quantile<2>{}.fit({-1.0f, 3.0f}).scale == 3.0f);
static_assert(adaptive_quantile<2>{}.fit({-4.0f, 3.0f}).scale == -4.0f);
static_assert(adaptive_quantile<2>{}.fit({-3.0f, 3.0f}).scale == 3.0f);
static_assert(adaptive_quantile<2>{}.fit({3.0f, -1.0f}).scale == -3.0f);
static_assert(adaptive_quantile<2>{}.fit({3.0f, -4.0f}).scale == 4.0f);

template <int B> adaptive_quantile<B> trained(bool exact_zero = false) {
    adaptive_quantile<B> map;
    map.exact_zero = exact_zero;
    map.train(normalised(normal_sample(6400, 3)), {});
    return map;
}

const std::vector<interval> some_intervals{{-1.0f, 1.0f},   {-0.3f, 0.9f},   {-1.2f, 0.9f},
                                           {0.0f, 2.5f},    {-4.0f, 0.0f},   {0.9f, -1.2f},
                                           {-3e-4f, 1e-4f}, {-1e30f, 2e30f}, {-2e-36f, 1e-36f}};

void check_grid(const probe& p) {
    INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
    const auto xs = around(p.range);
    CHECK(order_faults(p) == 0);
    CHECK(level_faults(p) == 0);
    CHECK(bracket_faults(p, xs) == 0);
    CHECK(bracket_faults(p, extreme_values) == 0);
    CHECK(excess(p, xs) <= 0x1p-22);
    CHECK(disagreement(p, xs) <= 16);
    for (const float x : sweep(p.lowest(), p.highest(), 500)) {
        REQUIRE(p.error(x) <= with_rounding(p.widest_gap() / 2, p));
    }
}

}  // namespace

TEST_CASE("untrained levels are evenly spaced and symmetric") {
    each_width<1>([](auto width) {
        const adaptive_quantile<width()> map;
        for (std::size_t c = 0; c < map.levels.size(); ++c) {
            const double expected = (2.0 * static_cast<double>(c) + 1) / map.codes - 1;
            REQUIRE(static_cast<double>(map.levels[c]) == expected);
        }
        for (const interval r : some_intervals) {
            check_grid(fitted(map, r));
        }
    });
}

TEST_CASE("trained levels: order, brackets, nearest levels, half the widest gap of error") {
    for (const interval r : some_intervals) {
        check_grid(fitted(trained<1>(), r));
        check_grid(fitted(trained<2>(), r));
        check_grid(fitted(trained<3>(), r));
        check_grid(fitted(trained<4>(), r));
    }
    check_grid(fitted(trained<6>(), {-1.2f, 0.9f}));
}

TEST_CASE("levels of eight bits may coincide; nearest ones are still found") {
    const auto map = trained<8>();
    for (const interval r : some_intervals) {
        const probe p = fitted(map, r);
        CHECK(bracket_faults(p, around(r)) == 0);
        CHECK(excess(p, around(r)) <= 0x1p-22);
        for (int c = 0; c < 256; ++c) {
            const float x = p.decode(static_cast<code_t>(c));
            REQUIRE(p.decode(p.nearest(x)) == x);
        }
    }
}

TEST_CASE("the sign of the scale brings the outermost value to the positive side") {
    for (const interval r : some_intervals) {
        const auto p = adaptive_quantile<4>{}.fit(r);
        const bool mirrored = r.lo > r.hi;
        const float outermost = std::fabs(r.hi) >= std::fabs(r.lo) ? r.hi : r.lo;
        CHECK(std::fabs(p.scale) == std::fabs(outermost));
        CHECK((outermost / p.scale == 1.0f) == !mirrored);
    }
    // Training data then reach +1 in every group, and -1 hardly ever.
    CHECK(trained<3>().levels[7] > 0.8f);
    CHECK(trained<3>().levels[0] > -0.8f);
}

TEST_CASE("an exact zero survives the scale") {
    const auto map = trained<4>(true);
    for (const interval r : some_intervals) {
        const probe p = fitted(map, r);
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
    }
    CHECK(std::count(map.levels.begin(), map.levels.end(), 0.0f) == 1);
}

TEST_CASE("training beats even levels, weights move levels, nothing leaves them") {
    const auto xs = normalised(normal_sample(6400, 4));
    const auto mean_square = [&](const adaptive_quantile<3>& map) {
        const probe p = probe_of(map, {1.0f}, {-1.0f, 1.0f});
        double sum = 0.0;
        for (const float x : xs) {
            sum += p.error(x) * p.error(x);
        }
        return sum;
    };
    CHECK(mean_square(trained<3>()) < 0.9 * mean_square({}));

    adaptive_quantile<3> heavy;
    std::vector<float> weights(xs.size());
    for (std::size_t i = 0; i < xs.size(); ++i) {
        weights[i] = xs[i] > 0 ? 9.0f : 1.0f;
    }
    heavy.train(xs, weights);
    CHECK(heavy.levels[2] > trained<3>().levels[2] + 0.1f);

    adaptive_quantile<3> idle;
    idle.train({}, {});
    CHECK(idle.levels == adaptive_quantile<3>{}.levels);
}

TEST_CASE("an all-zero group decodes to zeros") {
    const probe p = fitted(trained<4>(), {0.0f, 0.0f});
    CHECK(p.scale == 0.0f);
    CHECK(bracket_faults(p, extreme_values) == 0);
    CHECK(p.decode(p.nearest(3.0f)) == 0.0f);
}

TEST_CASE("a constant sample trains constant levels") {
    adaptive_quantile<4> map;
    map.train(std::vector<float>(100, 1.0f), {});
    const probe p = fitted(map, {0.0f, 0.7f});
    CHECK(p.decode(p.nearest(0.7f)) == 0.7f);
    CHECK(bracket_faults(p, extreme_values) == 0);
}
