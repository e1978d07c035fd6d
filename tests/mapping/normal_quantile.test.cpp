// SPDX-License-Identifier: MIT
// Levels for normal values: bound, brackets, bins, exact zeros, squared errors.
#include "normal_oracle.hpp"
#include "probe.hpp"
#include "samples.hpp"

#include <gradus/mapping/normal_quantile.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::interval;
using gradus::normal_placement;
using gradus::normal_quantile;
using namespace gradus::test;

template <int B> using lloyd = normal_quantile<B>;
template <int B> using equal_mass = normal_quantile<B, normal_placement::equal_mass>;
template <int B> using nf = normal_quantile<B, normal_placement::nf>;

static_assert(gradus::name_of<lloyd<4>>() == "normal_quantile4");
static_assert(gradus::name_of<equal_mass<4>>() == "normal_quantile4:equal_mass");
static_assert(gradus::name_of<nf<4>>() == "normal_quantile4:nf");
static_assert(nf<4>::signed_scale && !lloyd<4>::signed_scale && !equal_mass<4>::signed_scale);

const std::vector<interval> some_intervals{{-1.0f, 1.0f},   {-0.3f, 0.9f},   {-1.2f, 0.9f},
                                           {0.0f, 2.5f},    {-4.0f, 0.0f},   {0.2f, 0.7f},
                                           {-3e-4f, 1e-4f}, {-1e30f, 2e30f}, {-1e-36f, 2e-36f}};

template <template <int> class Map, int First> std::vector<probe> grids() {
    std::vector<probe> all;
    each_width<First>([&](auto width) {
        for (const interval r : some_intervals) {
            all.push_back(fitted(Map<width()>{}, r));
        }
    });
    return all;
}

void check_grid(const probe& p) {
    const auto xs = around(p.range);
    CHECK(order_faults(p) == 0);
    CHECK(level_faults(p) == 0);
    CHECK(bracket_faults(p, xs) == 0);
    CHECK(bracket_faults(p, extreme_values) == 0);
    CHECK(p.largest() == doctest::Approx(static_cast<double>(std::max(std::fabs(p.range.lo),
                                                                      std::fabs(p.range.hi))))
                             .epsilon(1e-6));
    CHECK(p.decode(p.nearest(1e38f)) == p.decode(static_cast<gradus::code_t>(p.last)));
    CHECK(p.decode(p.nearest(-1e38f)) == p.decode(0));
}

/// Levels chosen are the nearest ones, half a gap away at most.
void check_nearest(const probe& p) {
    CHECK(excess(p, around(p.range)) <= 0x1p-22);
    CHECK(disagreement(p, around(p.range)) <= 16);
    for (const float x : sweep(p.lowest(), p.highest(), 500)) {
        REQUIRE(p.error(x) <= with_rounding(p.widest_gap() / 2, p));
    }
}

double mean_square(const probe& p, const std::vector<float>& xs) {
    double sum = 0.0;
    for (const float x : xs) {
        sum += p.error(x) * p.error(x);
    }
    return sum / static_cast<double>(xs.size());
}

}  // namespace

TEST_CASE("levels of least error") {
    for (const probe& p : grids<lloyd, 1>()) {
        INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
        check_grid(p);
        check_nearest(p);
    }
}

TEST_CASE("nf levels keep zero exact") {
    for (const probe& p : grids<nf, 2>()) {
        INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
        check_grid(p);
        check_nearest(p);
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
    }
}

TEST_CASE("equal-mass levels err by half the widest bin at most") {
    for (const probe& p : grids<equal_mass, 1>()) {
        INFO(p.name, " [", p.range.lo, ", ", p.range.hi, "]");
        check_grid(p);
        const double count = p.last + 1;
        double widest = 0.0;
        for (int c = 0; c < p.last; ++c) {
            const double end =
                normal_quantile_by_bisection((c + 1) / count) * static_cast<double>(p.scale);
            widest = std::max({widest, end - p.level(c), p.level(c + 1) - end});
        }
        for (const float x : sweep(p.lowest(), p.highest(), 500)) {
            REQUIRE(p.error(x) <= with_rounding(widest, p));
        }
    }
}

TEST_CASE("an equal-mass code is that of the bin which holds the value") {
    each_width<1>([](auto width) {
        const probe p = probe_of(equal_mass<width()>{}, {1.0f}, {-1.0f, 1.0f});
        const double count = p.last + 1;
        int wrong = 0;
        for (const float x : sweep(-4, 4, 4000)) {
            const double below = normal_tail(-static_cast<double>(x));
            const double bin = std::ceil(below * count) - 1;
            const bool near_end = std::fabs(below * count - std::round(below * count)) < 1e-4;
            wrong += p.nearest(x) != static_cast<int>(bin) && !near_end;
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("all equal-mass codes are equally likely for normal values") {
    const auto xs = normal_sample(64'000, 1);
    const probe p = probe_of(equal_mass<4>{}, {1.0f}, {-1.0f, 1.0f});
    std::vector<double> count(16);
    for (const float x : xs) {
        count[p.nearest(x)] += 1;
    }
    for (const double c : count) {
        CHECK(std::fabs(c - 4000) < 5 * std::sqrt(4000.0 * 15 / 16));
    }
}

TEST_CASE("squared errors on normal values are those of the tables") {
    INFO("GRADUS_SEED=", seed());
    const auto xs = normal_sample(200'000, 2);
    const auto error = [&](const auto& map) {
        return mean_square(probe_of(map, {1.0f}, {-1.0f, 1.0f}), xs);
    };
    CHECK(error(lloyd<2>{}) == doctest::Approx(0.1175).epsilon(0.015));
    CHECK(error(lloyd<3>{}) == doctest::Approx(0.03454).epsilon(0.015));
    CHECK(error(lloyd<4>{}) == doctest::Approx(0.009497).epsilon(0.015));
    // Excess of equal mass over the bound 4^-B at 2, 3, 4 bits: .62, .95, 1.30 bit.
    CHECK(std::fabs(std::log2(error(equal_mass<2>{}) * 16) / 2 - 0.62) < 0.015);
    CHECK(std::fabs(std::log2(error(equal_mass<3>{}) * 64) / 2 - 0.95) < 0.03);
    CHECK(std::fabs(std::log2(error(equal_mass<4>{}) * 256) / 2 - 1.30) < 0.04);
}

TEST_CASE("a mirrored interval turns the nf levels round") {
    const probe plain = fitted(nf<3>{}, {-1.0f, 0.5f});
    const probe flipped = fitted(nf<3>{}, {0.5f, -1.0f});
    CHECK(flipped.scale == -plain.scale);
    for (int c = 0; c < 8; ++c) {
        CHECK(flipped.level(c) == -plain.level(c));
    }
    CHECK(level_faults(flipped) == 0);
    CHECK(excess(flipped, around(plain.range)) <= 0x1p-22);
    CHECK(bracket_faults(flipped, extreme_values) == 0);
    CHECK(fitted(lloyd<3>{}, {0.5f, -1.0f}).scale > 0.0f);
}

TEST_CASE("an all-zero group decodes to zeros") {
    for (const probe& p : {fitted(lloyd<4>{}, {0.0f, 0.0f}), fitted(nf<4>{}, {0.0f, 0.0f}),
                           fitted(equal_mass<4>{}, {0.0f, 0.0f})}) {
        CHECK(p.scale == 0.0f);
        CHECK(bracket_faults(p, extreme_values) == 0);
        CHECK(p.decode(p.nearest(3.0f)) == 0.0f);
    }
}

TEST_CASE("denormal intervals keep valid brackets") {
    for (const interval r : {interval{-1e-45f, 1e-45f}, interval{-1e-41f, 3e-41f}}) {
        for (const probe& p :
             {fitted(lloyd<4>{}, r), fitted(nf<4>{}, r), fitted(equal_mass<4>{}, r)}) {
            CHECK(bracket_faults(p, around(r)) == 0);
            for (const float x : sweep(p.lowest(), p.highest(), 50)) {
                CHECK(p.error(x) <= with_rounding(p.widest_gap(), p));
            }
        }
    }
}
