// SPDX-License-Identifier: MIT
// Bisection among levels that are not evenly spaced, against a linear search.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/mapping/codebook_grid.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using gradus::basic_bracket;
using gradus::codebook_grid::locate;
using gradus::codebook_grid::locate_by_bins;

template <std::size_t Codes>
std::array<float, Codes> random_levels(std::uint64_t stream, bool repeats) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x626f6f6bu, stream);
    std::array<float, Codes> levels{};
    for (std::size_t c = 0; c < levels.size(); ++c) {
        levels[c] = static_cast<float>(2 * key.uniform(c) - 1);
        if (repeats) { levels[c] = std::round(8 * levels[c]) / 8; }
    }
    std::sort(levels.begin(), levels.end());
    return levels;
}

/// The value that bracket and fraction stand for.
template <class Real> double value(basic_bracket<Real> b, const float* levels) {
    const auto below = static_cast<double>(levels[b.lower]);
    const auto above = static_cast<double>(levels[b.lower + 1]);
    return below + static_cast<double>(b.t) * (above - below);
}

/// Interpolating the bracket gives the value back, clamped to the levels.
template <int Codes> int faults(bool repeats) {
    int wrong = 0;
    for (std::uint64_t n = 0; n < 8; ++n) {
        const auto levels = random_levels<Codes>(n, repeats);
        const auto key = gradus::random_key::of(gradus::test::seed(), 0x76616c7565u, n);
        std::vector<float> zs(levels.begin(), levels.end());
        for (std::uint64_t i = 0; i < 500; ++i) {
            zs.push_back(static_cast<float>(3 * key.uniform(i) - 1.5));
        }
        for (const float z : zs) {
            const auto b = locate<float, Codes>(z, levels.data());
            const auto d = locate<double, Codes>(static_cast<double>(z), levels.data());
            const double clamped =
                std::clamp(static_cast<double>(z), static_cast<double>(levels.front()),
                           static_cast<double>(levels.back()));
            wrong += b.lower > Codes - 2 || !(0.0f <= b.t && b.t <= 1.0f);
            wrong += !(std::fabs(value(b, levels.data()) - clamped) <= 0x1p-22);
            wrong += !(std::fabs(value(d, levels.data()) - clamped) <= 1e-12);
            wrong += d.lower != b.lower;
        }
    }
    return wrong;
}

}  // namespace

TEST_CASE("interpolation in the bracket gives the value back, for every size of codebook") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults<2>(false) == 0);
    CHECK(faults<4>(false) == 0);
    CHECK(faults<8>(false) == 0);
    CHECK(faults<16>(false) == 0);
    CHECK(faults<64>(false) == 0);
    CHECK(faults<256>(false) == 0);
}

TEST_CASE("levels that occur more than once do no harm") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults<4>(true) == 0);
    CHECK(faults<16>(true) == 0);
    CHECK(faults<256>(true) == 0);
    constexpr std::array same{0.5f, 0.5f, 0.5f, 0.5f};
    for (const float z : {-1.0f, 0.5f, 2.0f}) {
        const auto b = locate<float, 4>(z, same.data());
        CHECK(b.lower <= 2);
        CHECK(b.t == 0.0f);
    }
}

TEST_CASE("beyond the levels, and without a number, there is still a bracket") {
    constexpr std::array levels{-1.0f, -0.25f, 0.5f, 2.0f};
    const float inf = std::numeric_limits<float>::infinity();
    for (const float z : {2.0f, 3.0f, 1e38f, inf}) {
        const auto b = locate<float, 4>(z, levels.data());
        CHECK(b.lower == 2);
        CHECK(b.t == 1.0f);
    }
    for (const float z : {-1.0f, -1e38f, -inf, std::numeric_limits<float>::quiet_NaN()}) {
        const auto b = locate<float, 4>(z, levels.data());
        CHECK(b.lower == 0);
        CHECK(b.t == 0.0f);
    }
}

TEST_CASE("with bins, one half is the end of the lower bin, and the end belongs below") {
    constexpr std::array levels{-1.0f, 0.0f, 4.0f, 5.0f};
    constexpr std::array ends{-0.75f, 1.0f, 4.875f, 0.0f};
    for (int c = 0; c < 3; ++c) {
        const auto i = static_cast<std::size_t>(c);
        const auto at = locate_by_bins<float, 4>(ends[i], levels.data(), ends.data());
        const auto past =
            locate_by_bins<float, 4>(std::nextafter(ends[i], 9.0f), levels.data(), ends.data());
        CHECK(at.lower == c);
        CHECK(at.t < 0.5f);
        CHECK(at.t > 0.4999f);
        CHECK(past.lower == c);
        CHECK(past.t > 0.5f);
        CHECK(past.t < 0.5001f);
        CHECK(locate_by_bins<float, 4>(levels[i], levels.data(), ends.data()).t == 0.0f);
    }
    CHECK(locate_by_bins<float, 4>(5.0f, levels.data(), ends.data()).t == 1.0f);
    CHECK(locate_by_bins<float, 4>(99.0f, levels.data(), ends.data()).t == 1.0f);
    CHECK(locate_by_bins<float, 4>(-99.0f, levels.data(), ends.data()).t == 0.0f);
    // Linear on both sides of the end: a quarter below 0 ... 1, three quarters in 1 ... 4.
    CHECK(locate_by_bins<float, 4>(0.5f, levels.data(), ends.data()).t == 0.25f);
    CHECK(locate_by_bins<float, 4>(2.5f, levels.data(), ends.data()).t == 0.75f);
}

TEST_CASE("a value is measured in scales; without a scale everything is zero") {
    CHECK(gradus::codebook_grid::in_scales(3.0f, 2.0f) == 1.5f);
    CHECK(gradus::codebook_grid::in_scales(3.0f, -2.0f) == -1.5f);
    CHECK(gradus::codebook_grid::in_scales(3.0, 0.0f) == 0.0);
}
