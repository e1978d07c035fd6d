// SPDX-License-Identifier: MIT
// Uniform levels moved by a fraction of a step.
#include "probe.hpp"

#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::code_range;
using gradus::interval;
using gradus::shifted;
using gradus::uniform_asymmetric;
using gradus::uniform_symmetric;
using namespace gradus::test;

template <int B> using full = uniform_symmetric<B>;
template <int B> using restricted = uniform_symmetric<B, code_range::restricted>;

static_assert(gradus::mapping<shifted<full<4>>> && gradus::mapping<shifted<restricted<4>>>);
static_assert(gradus::has_zero_point<shifted<uniform_asymmetric<4>>>);
static_assert(gradus::name_of<shifted<full<2>>>() == "uniform_symmetric2@");
static_assert(shifted<full<4>>::signed_scale && !shifted<restricted<4>>::signed_scale);

template <gradus::uniform_mapping M> void add(std::vector<probe>& grids, float offset) {
    for (const interval r : plain_intervals) {
        grids.push_back(fitted(shifted<M>{offset}, r));
    }
}

std::vector<probe> grids_of(float offset) {
    std::vector<probe> grids;
    each_width<1>([&](auto width) {
        add<full<width()>>(grids, offset);
        add<uniform_asymmetric<width()>>(grids, offset);
        if constexpr (width() >= 2) { add<restricted<width()>>(grids, offset); }
    });
    return grids;
}

}  // namespace

TEST_CASE("order, brackets and nearest levels for any offset") {
    for (const float offset : {0.0f, 0.25f, 0.5f, 0.9f}) {
        for (const probe& p : grids_of(offset)) {
            INFO(p.name, offset, " [", p.range.lo, ", ", p.range.hi, "]");
            const auto xs = around(p.range);
            CHECK(order_faults(p) == 0);
            CHECK(level_faults(p) == 0);
            CHECK(bracket_faults(p, xs) == 0);
            CHECK(bracket_faults(p, extreme_values) == 0);
            CHECK(excess(p, xs) <= 0x1p-22);
            CHECK(disagreement(p, xs) <= 16);
        }
    }
}

TEST_CASE("half a step of error between the outermost levels") {
    for (const float offset : {0.25f, 0.5f}) {
        for (const probe& p : grids_of(offset)) {
            INFO(p.name, offset, " [", p.range.lo, ", ", p.range.hi, "]");
            for (const float x : sweep(p.lowest(), p.highest(), 500)) {
                REQUIRE(p.error(x) <= with_rounding(static_cast<double>(p.scale) / 2, p));
            }
        }
    }
}

TEST_CASE("a grid moved by nothing is the grid itself") {
    each_width<1>([](auto width) {
        for (const interval r : plain_intervals) {
            const probe plain = fitted(full<width()>{}, r);
            const probe moved = fitted(shifted<full<width()>>{0.0f}, r);
            CHECK(moved.scale == plain.scale);
            for (int c = 0; c <= plain.last; ++c) {
                REQUIRE(moved.level(c) == plain.level(c));
            }
            for (const float x : around(r)) {
                REQUIRE(moved.nearest(x) == plain.nearest(x));
            }
        }
    });
}

TEST_CASE("every level moves up by the offset, in steps") {
    for (const float offset : {0.125f, 0.5f, 0.75f}) {
        const probe plain = fitted(uniform_asymmetric<3>{}, {-1.0f, 2.0f});
        const probe moved = fitted(shifted<uniform_asymmetric<3>>{offset}, {-1.0f, 2.0f});
        const double by = static_cast<double>(offset) * static_cast<double>(plain.scale);
        for (int c = 0; c <= plain.last; ++c) {
            CHECK(std::fabs(moved.level(c) - plain.level(c) - by) <= 1e-6);
        }
    }
}

TEST_CASE("half a step makes the full grid symmetric, and then nothing is clamped") {
    each_width<1>([](auto width) {
        for (const interval r : plain_intervals) {
            const probe p = fitted(shifted<full<width()>>{}, r);
            const float most = std::max(std::fabs(r.lo), std::fabs(r.hi));
            for (int c = 0; c <= p.last; ++c) {
                REQUIRE(p.level(c) == -p.level(p.last - c));
            }
            CHECK(p.highest() == doctest::Approx(static_cast<double>(most)).epsilon(1e-6));
            for (const float x :
                 sweep(-static_cast<double>(most), static_cast<double>(most), 500)) {
                REQUIRE(p.error(x) <= with_rounding(static_cast<double>(p.scale) / 2, p));
            }
        }
    });
    // By hand: {-1.5, -.5, .5, 1.5}.
    const probe p = fitted(shifted<full<2>>{}, {-1.5f, 1.5f});
    CHECK(p.scale == 1.0f);
    CHECK(p.level(0) == -1.5);
    CHECK(p.level(3) == 1.5);
    CHECK(p.nearest(0.01f) == 2);
    CHECK(p.nearest(-0.01f) == 1);
}

TEST_CASE("a mirrored interval gives the mirrored grid") {
    const probe plain = fitted(shifted<full<3>>{0.25f}, {-1.0f, 0.5f});
    const probe flipped = fitted(shifted<full<3>>{0.25f}, {0.5f, -1.0f});
    for (int c = 0; c < 8; ++c) {
        CHECK(flipped.level(c) == -plain.level(c));
    }
    CHECK(level_faults(flipped) == 0);
    CHECK(excess(flipped, around({-1.0f, 0.5f})) <= 0x1p-22);
}

TEST_CASE("an empty interval gives zeros") {
    for (const float offset : {0.0f, 0.5f}) {
        const probe p = fitted(shifted<full<4>>{offset}, {0.0f, 0.0f});
        CHECK(p.scale == 0.0f);
        CHECK(bracket_faults(p, extreme_values) == 0);
        CHECK(p.decode(p.nearest(1.0f)) == 0.0f);
    }
}

TEST_CASE("a scale rounded for storage reaches the grid below") {
    const shifted<uniform_asymmetric<4>> map{0.5f};
    const interval range{-1.0f, 0.5f};
    const auto stored = gradus::with_scale(map, range, map.fit(range), 0.125f);
    CHECK(stored.scale == 0.125f);
    CHECK(stored.zero == 8);
}
