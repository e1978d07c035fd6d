// SPDX-License-Identifier: MIT
// Uniform levels symmetric about zero: formula, bound, golden row, degenerate intervals.
#include "probe.hpp"

#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

using gradus::code_range;
using gradus::code_t;
using gradus::interval;
using gradus::uniform_symmetric;
using namespace gradus::test;

template <int B> using full = uniform_symmetric<B>;
template <int B> using restricted = uniform_symmetric<B, code_range::restricted>;

static_assert(gradus::name_of<full<4>>() == "uniform_symmetric4");
static_assert(gradus::name_of<restricted<4>>() == "uniform_symmetric4:restricted");
static_assert(full<3>{}.fit({-7.0f, 2.0f}).scale == 2.0f);
static_assert(restricted<3>{}.fit({-6.0f, 2.0f}).scale == 2.0f);
static_assert(full<3>{}.decode(code_t{0}, gradus::scale_only{2.0f}) == -8.0f);

std::vector<probe> full_grids(const std::vector<interval>& ranges) {
    std::vector<probe> grids;
    each_width<1>([&](auto width) {
        for (const interval r : ranges) {
            grids.push_back(fitted(full<width()>{}, r));
        }
    });
    return grids;
}

std::vector<probe> restricted_grids(const std::vector<interval>& ranges) {
    std::vector<probe> grids;
    each_width<2>([&](auto width) {
        for (const interval r : ranges) {
            grids.push_back(fitted(restricted<width()>{}, r));
        }
    });
    return grids;
}

std::vector<interval> mirrored(std::vector<interval> ranges) {
    for (interval& r : ranges) {
        std::swap(r.lo, r.hi);
    }
    return ranges;
}

void check_grid(const probe& p) {
    INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
    const auto xs = around(p.range);
    CHECK(order_faults(p) == 0);
    CHECK(level_faults(p) == 0);
    CHECK(bracket_faults(p, xs) == 0);
    CHECK(bracket_faults(p, extreme_values) == 0);
    CHECK(excess(p, xs) <= 0x1p-22);
    CHECK(disagreement(p, xs) <= 8);
    CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
    const double step = std::fabs(static_cast<double>(p.scale));
    const float most = std::max(std::fabs(p.range.lo), std::fabs(p.range.hi));
    double worst = 0.0;
    for (const float x : sweep(-static_cast<double>(most), static_cast<double>(most), 1000)) {
        worst = std::max(worst, p.error(x));
    }
    CHECK(worst <= with_rounding(step / 2, p));
}

}  // namespace

TEST_CASE("a full grid: order, brackets, nearest levels, half a step of error") {
    for (const probe& p : full_grids(plain_intervals)) {
        check_grid(p);
    }
}

TEST_CASE("a restricted grid: the same, and code 0 is never chosen") {
    for (const probe& p : restricted_grids(plain_intervals)) {
        check_grid(p);
        CHECK(p.nearest(-1e38f) == 1);
        CHECK(p.level(1) == -p.level(p.last));
    }
}

TEST_CASE("mirroring flips the full grid and leaves the restricted one its levels") {
    const auto plain = full_grids(plain_intervals);
    const auto flipped = full_grids(mirrored(plain_intervals));
    for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(flipped[i].scale == -plain[i].scale);
        for (int c = 0; c <= plain[i].last; ++c) {
            REQUIRE(flipped[i].level(c) == -plain[i].level(c));
        }
        CHECK(order_faults(flipped[i]) == 0);
        CHECK(level_faults(flipped[i]) == 0);
        CHECK(bracket_faults(flipped[i], around(plain[i].range)) == 0);
        CHECK(excess(flipped[i], around(plain[i].range)) <= 0x1p-22);
    }
    for (const probe& p : restricted_grids(mirrored(plain_intervals))) {
        CHECK(p.scale < 0.0f);
        CHECK(p.level(1) == -p.level(p.last));
        CHECK(excess(p, around(p.range)) <= 0x1p-22);
    }
}

TEST_CASE("scale and levels are those of the formula") {
    each_width<1>([](auto width) {
        constexpr int b = width();
        const auto p = full<b>{}.fit({-0.75f, 0.5f});
        const double scale = 2 * 0.75 / ((1 << b) - 1);
        CHECK(static_cast<double>(p.scale) == doctest::Approx(scale).epsilon(1e-7));
        for (int c = 0; c < 1 << b; ++c) {
            const auto value = static_cast<double>(full<b>{}.decode(static_cast<code_t>(c), p));
            REQUIRE(std::fabs(value - (c - (1 << (b - 1))) * scale) <= 2e-7);
        }
    });
    each_width<2>([](auto width) {
        constexpr int b = width();
        const auto p = restricted<b>{}.fit({-0.5f, 0.75f});
        const double scale = 0.75 / ((1 << (b - 1)) - 1);
        CHECK(static_cast<double>(p.scale) == doctest::Approx(scale).epsilon(1e-7));
    });
}

TEST_CASE("an empty interval gives scale zero, valid brackets and zeros") {
    for (const auto& grids : {full_grids({{0.0f, 0.0f}}), restricted_grids({{0.0f, 0.0f}})}) {
        for (const probe& p : grids) {
            CHECK(p.scale == 0.0f);
            CHECK(bracket_faults(p, extreme_values) == 0);
            for (const float x : {0.0f, 1.0f, -5.0f, 1e-45f, 3e38f}) {
                CHECK(p.decode(p.nearest(x)) == 0.0f);
            }
        }
    }
}

TEST_CASE("denormal intervals round to the nearest representable levels") {
    for (const interval r : {interval{-1e-45f, 1e-45f}, interval{-4e-43f, 1e-42f}}) {
        for (const probe& p : full_grids({r})) {
            CHECK(bracket_faults(p, around(r)) == 0);
            for (const float x : sweep(static_cast<double>(r.lo), static_cast<double>(r.hi), 50)) {
                const double step = std::fabs(static_cast<double>(p.scale));
                CHECK(p.error(x) <= with_rounding(step / 2, p));
            }
        }
    }
}

TEST_CASE("the widest intervals stay finite") {
    const float most = std::numeric_limits<float>::max() / 4;
    for (const probe& p : full_grids({{-most, most}, {0.0f, most}})) {
        CHECK(std::isfinite(p.scale));
        CHECK(std::isfinite(p.level(0)));
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
    }
}

TEST_CASE("the golden row: two, three and four bits") {
    constexpr std::array row{0.9f, -0.3f, 0.05f, 0.0f, -1.2f, 0.4f};

    struct golden {
        probe grid;
        double scale;
        std::array<int, 6> codes;
        double mse;
    };

    const interval range{-1.2f, 0.9f};
    // At two bits 0.4 / 0.8 is a tie. It goes to the even code 2; an evaluation in double finds
    // 0.8 a last bit too small and says 3. The error is the same.
    const std::array<golden, 3> table{
        {{fitted(full<2>{}, range), 0.8, {3, 2, 2, 2, 0, 2}, 0.070417},
         {fitted(full<3>{}, range), 0.342857, {7, 3, 4, 4, 0, 5}, 0.008920},
         {fitted(full<4>{}, range), 0.16, {14, 6, 8, 8, 0, 10}, 0.003217}}};
    for (const golden& g : table) {
        CHECK(std::fabs(static_cast<double>(g.grid.scale) - g.scale) < 1e-6);
        double squares = 0.0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            CHECK(g.grid.nearest(row[i]) == g.codes[i]);
            const double expected = g.scale * (g.codes[i] - (g.grid.last + 1) / 2);
            CHECK(std::fabs(g.grid.level(g.codes[i]) - expected) < 3e-6);
            squares += g.grid.error(row[i]) * g.grid.error(row[i]);
        }
        CHECK(std::fabs(squares / 6 - g.mse) < 1e-6);
    }
}

TEST_CASE("a row without negative values is not cut in half") {
    // GPTQ's code keeps [0, hi] with the zero in the middle here, and every value above hi / 2
    // saturates: (.3873, .3873, .3873, .166).
    constexpr std::array row{0.83f, 0.46f, 0.77f, 0.15f};
    constexpr std::array expected{0.774667, 0.442667, 0.774667, 0.110667};
    const probe p = fitted(full<4>{}, {0.0f, 0.83f});
    for (std::size_t i = 0; i < row.size(); ++i) {
        CHECK(std::fabs(p.level(p.nearest(row[i])) - expected[i]) < 1e-6);
        CHECK(p.error(row[i]) <= with_rounding(static_cast<double>(p.scale) / 2, p));
    }
}
