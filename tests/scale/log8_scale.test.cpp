// SPDX-License-Identifier: MIT
// 8-bit logarithmic scales against their formula and a search through all 256 words.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

using gradus::log8_scale;

constexpr log8_scale scales;

static_assert(gradus::name_of<log8_scale>() == "log8");
static_assert(scales.fit_row(1.0f) == 0x4000u);  // 2.0 as f16

/// The least distance of any word's value from x.
double least_distance(double x, std::uint32_t row) {
    double least = 1e300;
    for (std::uint32_t word = 0; word < 256; ++word) {
        least = std::min(least, std::fabs(static_cast<double>(scales.decode(word, row)) - x));
    }
    return least;
}

}  // namespace

TEST_CASE("the value of a word is its formula") {
    for (const float largest : {1.0f, 0.0123f, 300.0f}) {
        const std::uint32_t row = scales.fit_row(largest);
        const auto base = static_cast<double>(gradus::f16{static_cast<std::uint16_t>(row)}.value());
        CHECK(std::fabs(base / (2.0 * static_cast<double>(largest)) - 1.0) <= 0x1p-11);
        for (std::uint32_t word = 0; word < 256; ++word) {
            const std::uint32_t k = word % 128;
            const double magnitude =
                k == 127 ? 0.0 : base * std::exp2(-static_cast<double>(k) / 16);
            const double expected = word < 128 ? magnitude : -magnitude;
            const auto value = static_cast<double>(scales.decode(word, row));
            CHECK(std::fabs(value - expected) <= 1e-7 * magnitude);
        }
    }
}

TEST_CASE("every word comes back; both zeros are the one zero") {
    for (const float largest : {1.0f, 0.37f, 20.0f, 1e-3f, 30000.0f}) {
        const std::uint32_t row = scales.fit_row(largest);
        for (std::uint32_t word = 0; word < 256; ++word) {
            const std::uint32_t again = scales.encode(scales.decode(word, row), row);
            CHECK(again == (word % 128 == 127 ? log8_scale::zero_step : word));
        }
    }
    CHECK(scales.decode(127, 0x3c00u) == 0.0f);
    CHECK(scales.decode(255, 0x3c00u) == 0.0f);
    CHECK_FALSE(std::signbit(scales.decode(255, 0x3c00u)));
}

TEST_CASE("a scale is stored as the nearest value there is") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x6c6f6738u);
    int wrong = 0;
    int unordered = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        const auto largest = static_cast<float>(std::exp2(12 * key.uniform(3 * i) - 8));
        const std::uint32_t row = scales.fit_row(largest);
        const double octaves = 12 * key.uniform(3 * i + 1) - 10;
        const float sign = key.uniform(3 * i + 2) < 0.5 ? -1.0f : 1.0f;
        const float x = sign * largest * static_cast<float>(std::exp2(octaves));
        const float stored = scales.decode(scales.encode(x, row), row);
        const double distance = std::fabs(static_cast<double>(stored) - static_cast<double>(x));
        wrong += distance > least_distance(static_cast<double>(x), row) * (1 + 1e-6) + 1e-12;
        unordered += scales.decode(scales.encode(1.01f * x, row), row) * sign < stored * sign;
    }
    CHECK(wrong == 0);
    CHECK(unordered == 0);
}

TEST_CASE("the relative error stays below 2.2 percent over 7.9 octaves") {
    const std::uint32_t row = scales.fit_row(1.0f);
    double worst = 0.0;
    for (double x = 2.0; x > 2.0 * std::exp2(-7.87); x *= 0.9997) {
        const auto scale = static_cast<float>(x);
        const auto exact = static_cast<double>(scale);
        const auto stored = static_cast<double>(scales.decode(scales.encode(scale, row), row));
        worst = std::max(worst, std::fabs(stored - exact) / exact);
    }
    CHECK(worst <= std::exp2(1.0 / 32) - 1);
    CHECK(worst > 0.9 * (std::exp2(1.0 / 32) - 1));
}

TEST_CASE("scales outside the range become the largest, the smallest or zero") {
    const std::uint32_t row = scales.fit_row(1.0f);
    const float smallest = scales.decode(126, row);
    CHECK(scales.decode(scales.encode(2.0f, row), row) == 2.0f);
    CHECK(scales.decode(scales.encode(1e30f, row), row) == 2.0f);
    CHECK(scales.decode(scales.encode(-1e30f, row), row) == -2.0f);
    CHECK(scales.decode(scales.encode(std::numeric_limits<float>::infinity(), row), row) == 2.0f);
    CHECK(scales.decode(scales.encode(0.51f * smallest, row), row) == smallest);
    CHECK(scales.decode(scales.encode(-0.51f * smallest, row), row) == -smallest);
    CHECK(scales.encode(0.49f * smallest, row) == log8_scale::zero_step);
    CHECK(scales.encode(-0.49f * smallest, row) == log8_scale::zero_step);
    CHECK(scales.encode(1e-45f, row) == log8_scale::zero_step);
    CHECK(scales.encode(0.0f, row) == log8_scale::zero_step);
    CHECK(scales.encode(-0.0f, row) == log8_scale::zero_step);
}

TEST_CASE("a row without scales holds only zeros") {
    const std::uint32_t row = scales.fit_row(0.0f);
    CHECK(row == 0);
    for (const float x : {0.0f, 1e-30f, 1.0f, -5.0f}) {
        CHECK(scales.decode(scales.encode(x, row), row) == 0.0f);
    }
}

TEST_CASE("the largest scale has a finite row of its own") {
    const std::uint32_t row = scales.fit_row(log8_scale::largest);
    CHECK(std::isfinite(gradus::f16{static_cast<std::uint16_t>(row)}.value()));
    CHECK(scales.decode(scales.encode(log8_scale::largest, row), row) == log8_scale::largest);
}
