// SPDX-License-Identifier: MIT
// Uniform levels with a zero point: formula, bound, golden row, degenerate intervals.
#include "probe.hpp"

#include <gradus/mapping/uniform_asymmetric.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using gradus::code_t;
using gradus::interval;
using gradus::uniform_asymmetric;
using namespace gradus::test;

static_assert(gradus::name_of<uniform_asymmetric<4>>() == "uniform_asymmetric4");
static_assert(!gradus::mirrorable<uniform_asymmetric<4>>);
static_assert(uniform_asymmetric<2>{}.decode(code_t{3}, gradus::scale_and_zero{0.5f, 1}) == 1.0f);

std::vector<probe> grids_of(const std::vector<interval>& ranges) {
    std::vector<probe> grids;
    each_width<1>([&](auto width) {
        for (const interval r : ranges) {
            grids.push_back(fitted(uniform_asymmetric<width()>{}, r));
        }
    });
    return grids;
}

}  // namespace

TEST_CASE("order, brackets, nearest levels, exact zero") {
    for (const probe& p : grids_of(plain_intervals)) {
        INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
        const auto xs = around(p.range);
        CHECK(order_faults(p) == 0);
        CHECK(level_faults(p) == 0);
        CHECK(bracket_faults(p, xs) == 0);
        CHECK(bracket_faults(p, extreme_values) == 0);
        CHECK(excess(p, xs) <= 0x1p-22);
        CHECK(disagreement(p, xs) <= 8);
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
    }
}

TEST_CASE("half a step of error between the outermost levels, one step at the ends") {
    for (const probe& p : grids_of(plain_intervals)) {
        INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
        const auto step = static_cast<double>(p.scale);
        double inside = 0.0;
        double anywhere = 0.0;
        for (const float x :
             sweep(static_cast<double>(p.range.lo), static_cast<double>(p.range.hi), 2000)) {
            const auto exact = static_cast<double>(x);
            anywhere = std::max(anywhere, p.error(x));
            if (p.lowest() <= exact && exact <= p.highest()) {
                inside = std::max(inside, p.error(x));
            }
        }
        CHECK(inside <= with_rounding(step / 2, p));
        CHECK(anywhere <= with_rounding(step, p));
    }
}

TEST_CASE("scale, zero point and levels are those of the formula") {
    each_width<1>([](auto width) {
        constexpr int b = width();
        for (const interval r : {interval{-0.31f, 0.94f}, interval{0.1f, 0.5f}, interval{-2, -1}}) {
            const auto p = uniform_asymmetric<b>{}.fit(r);
            const double lo = std::min(static_cast<double>(r.lo), 0.0);
            const double hi = std::max(static_cast<double>(r.hi), 0.0);
            const double scale = (hi - lo) / ((1 << b) - 1);
            CHECK(static_cast<double>(p.scale) == doctest::Approx(scale).epsilon(1e-6));
            CHECK(std::fabs(p.zero - -lo / scale) <= 0.5 + 1e-4);
            CHECK(p.zero < 1 << b);
            for (int c = 0; c < 1 << b; ++c) {
                const auto value =
                    static_cast<double>(uniform_asymmetric<b>{}.decode(static_cast<code_t>(c), p));
                REQUIRE(std::fabs(value - (c - p.zero) * scale) <= 1e-6);
            }
        }
    });
}

TEST_CASE("an empty interval, and one that is turned round, give zeros") {
    for (const probe& p : grids_of({{0.0f, 0.0f}, {1.0f, -1.0f}})) {
        CHECK(p.scale == 0.0f);
        CHECK(bracket_faults(p, extreme_values) == 0);
        for (const float x : {0.0f, 1.0f, -5.0f, 3e38f}) {
            CHECK(p.decode(p.nearest(x)) == 0.0f);
        }
    }
}

TEST_CASE("a group of one value comes back at any width") {
    for (const float w : {0.37f, -1.9f, 1e-20f, -3e20f}) {
        for (const probe& p : grids_of({{std::min(w, 0.0f), std::max(w, 0.0f)}})) {
            CHECK(std::fabs(p.error(w)) <= 4e-7 * std::fabs(static_cast<double>(w)));
        }
    }
}

TEST_CASE("denormal and widest intervals") {
    for (const interval r : {interval{-1e-45f, 1e-45f}, interval{-4e-43f, 1e-42f}}) {
        for (const probe& p : grids_of({r})) {
            CHECK(bracket_faults(p, around(r)) == 0);
            for (const float x : sweep(static_cast<double>(r.lo), static_cast<double>(r.hi), 50)) {
                CHECK(p.error(x) <= with_rounding(static_cast<double>(p.scale), p));
            }
        }
    }
    const float most = std::numeric_limits<float>::max() / 4;
    for (const probe& p : grids_of({{-most, most}, {0.0f, most}, {-most, 0.0f}})) {
        CHECK(std::isfinite(p.scale));
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
        CHECK(p.error(p.range.hi) <= with_rounding(static_cast<double>(p.scale), p));
    }
}

TEST_CASE("a scale rounded for storage gets its own zero point") {
    const uniform_asymmetric<4> map;
    const interval range{-1.0f, 0.5f};
    const auto fitted_first = map.fit(range);
    CHECK(fitted_first.zero == 10);
    const auto stored = gradus::with_scale(map, range, fitted_first, 0.125f);
    CHECK(stored.scale == 0.125f);
    CHECK(stored.zero == 8);
    // A far smaller scale cannot move the zero point out of the codes.
    CHECK(gradus::with_scale(map, range, fitted_first, 1e-3f).zero == 15);
    CHECK(gradus::with_scale(map, range, fitted_first, 0.0f).scale == 0.0f);
}

TEST_CASE("the golden row: two, three and four bits") {
    constexpr std::array row{0.9f, -0.3f, 0.05f, 0.0f, -1.2f, 0.4f};

    struct golden {
        probe grid;
        double scale;
        int zero;
        std::array<int, 6> codes;
        std::array<double, 6> values;
        double mse;
    };

    const interval range{-1.2f, 0.9f};
    const std::array<golden, 3> table{{{fitted(uniform_asymmetric<2>{}, range),
                                        0.7,
                                        2,
                                        {3, 2, 2, 2, 0, 3},
                                        {0.7, 0, 0, 0, -1.4, 0.7},
                                        0.043750},
                                       {fitted(uniform_asymmetric<3>{}, range),
                                        0.3,
                                        4,
                                        {7, 3, 4, 4, 0, 5},
                                        {0.9, -0.3, 0, 0, -1.2, 0.3},
                                        0.002083},
                                       {fitted(uniform_asymmetric<4>{}, range),
                                        0.14,
                                        9,
                                        {15, 7, 9, 9, 0, 12},
                                        {0.84, -0.28, 0, 0, -1.26, 0.42},
                                        0.001750}}};
    for (const golden& g : table) {
        CHECK(std::fabs(static_cast<double>(g.grid.scale) - g.scale) < 1e-6);
        CHECK(g.grid.level(g.zero) == 0.0);
        double squares = 0.0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            CHECK(g.grid.nearest(row[i]) == g.codes[i]);
            CHECK(std::fabs(g.grid.level(g.codes[i]) - g.values[i]) < 1e-6);
            squares += g.grid.error(row[i]) * g.grid.error(row[i]);
        }
        CHECK(std::fabs(squares / 6 - g.mse) < 1e-6);
    }
}
