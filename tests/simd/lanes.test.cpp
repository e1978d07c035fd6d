// SPDX-License-Identifier: MIT
// The functions policies are written in: on sixteen lanes as on one.
#include "lane_values.hpp"

#include <gradus/simd/lanes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>

namespace {

using gradus::index_t;
using gradus::lanes_of;
// Those of scalars; those of lanes are found by their arguments.
using gradus::greatest, gradus::least, gradus::magnitude, gradus::round_down, gradus::round_even;
using gradus::rounded, gradus::square_root;
using gradus::simd::f32x16;
using gradus::simd::u32x16;
using namespace gradus::test;

static_assert(lanes_of<f32x16>::count == 16);
static_assert(std::is_same_v<gradus::lane_code_t<f32x16>, u32x16>);

constexpr std::uint64_t batches = 500;

/// How many batches the function treats unlike single floats.
template <class Function> int faults(Function f) {
    int count = 0;
    for (std::uint64_t n = 0; n < batches; ++n) {
        const float_lanes a = some_floats(2 * n);
        const float_lanes b = some_floats(2 * n + 1);
        float_lanes expected{};
        for (index_t i = 0; i < a.size(); ++i) {
            expected[i] = f(a[i], b[i]);
        }
        count += !same(lanes_in(f(batch_of(a), batch_of(b))), expected);
    }
    return count;
}

}  // namespace

TEST_CASE("rounding, roots, magnitudes and extremes are those of scalars, bit for bit") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults([](const auto& a, const auto&) { return round_down(a); }) == 0);
    CHECK(faults([](const auto& a, const auto&) { return round_even(a); }) == 0);
    CHECK(faults([](const auto& a, const auto&) { return square_root(a); }) == 0);
    CHECK(faults([](const auto& a, const auto&) { return magnitude(a); }) == 0);
    CHECK(faults([](const auto& a, const auto&) { return rounded(a); }) == 0);
    CHECK(faults([](const auto& a, const auto& b) { return least(a, b); }) == 0);
    CHECK(faults([](const auto& a, const auto& b) { return greatest(a, b); }) == 0);
    CHECK(faults([](const auto& a, const auto& b) { return least(b, a); }) == 0);
}

TEST_CASE("conditions of lanes as bits, and the least lane") {
    for (std::uint64_t n = 0; n < batches; ++n) {
        float_lanes values{};
        const float_lanes a = some_floats(2 * n);
        const float_lanes b = some_floats(2 * n + 1);
        std::uint32_t bits = 0;
        for (index_t i = 0; i < a.size(); ++i) {
            bits |= a[i] < b[i] ? 1u << i : 0u;
            values[i] = a[i] == a[i] ? a[i] : 1.0f;
        }
        CHECK(gradus::simd::lane_bits(batch_of(a) < batch_of(b)) == bits);
        CHECK(gradus::simd::lowest(batch_of(values)) ==
              *std::min_element(values.begin(), values.end()));
    }
}

TEST_CASE("a condition that holds in one lane holds in any") {
    for (gradus::index_t lane = 0; lane < gradus::simd::lanes; ++lane) {
        float values[gradus::simd::lanes] = {};
        values[lane] = 1.0f;
        CHECK(gradus::simd::any(gradus::simd::f32x16::load(values) > gradus::simd::f32x16(0.5f)));
        CHECK_FALSE(
            gradus::simd::any(gradus::simd::f32x16::load(values) > gradus::simd::f32x16(1.0f)));
    }
}

TEST_CASE("a choice takes each lane from its own side") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    for (std::uint64_t n = 0; n < batches; ++n) {
        const float_lanes a = some_floats(2 * n);
        const float_lanes b = some_floats(2 * n + 1);
        const word_lanes u = some_words(2 * n);
        const word_lanes v = some_words(2 * n + 1);
        const auto mask = batch_of(a) < batch_of(b);
        const float_lanes chosen = lanes_in(either(mask, batch_of(b), batch_of(a)));
        const word_lanes words = lanes_in(either(mask, batch_of(u), batch_of(v)));
        for (index_t i = 0; i < a.size(); ++i) {
            REQUIRE(same(chosen[i], a[i] < b[i] ? b[i] : a[i]));
            REQUIRE(words[i] == (a[i] < b[i] ? u[i] : v[i]));
        }
    }
}

TEST_CASE("whole numbers below 2^24 survive the way through floats") {
    for (std::uint64_t n = 0; n < batches; ++n) {
        word_lanes words = some_words(n, n % 2 == 0 ? 256 : 1u << 24);
        words[n % 16] = n % 2 == 0 ? 255 : (1u << 24) - 1;
        const f32x16 as_floats = gradus::simd::as_real<f32x16>(batch_of(words));
        const float_lanes floats = lanes_in(as_floats);
        for (index_t i = 0; i < words.size(); ++i) {
            REQUIRE(floats[i] == static_cast<float>(words[i]));
        }
        REQUIRE(lanes_in(as_code(as_floats)) == words);
    }
}

TEST_CASE("counting goes up one a lane and wraps") {
    for (const std::uint32_t first : {0u, 1u, 4096u, 0xfffffff8u}) {
        const word_lanes counted = lanes_in(lanes_of<f32x16>::counting_from(first));
        for (std::uint32_t i = 0; i < 16; ++i) {
            CHECK(counted[i] == first + i);
        }
    }
}

TEST_CASE("loading and storing move sixteen values") {
    const float_lanes from = some_floats(3);
    float_lanes to{};
    lanes_of<f32x16>::store(lanes_of<f32x16>::load(from.data()), to.data());
    CHECK(same(from, to));
}

TEST_CASE("a rounded product is not fused with the sum that follows") {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; a float keeps the first two terms, a fused sum all three.
    volatile float source = 1.0f + 0x1p-12f;
    const f32x16 factor{source};
    for (const float x : lanes_in(rounded(factor * factor) - f32x16{1.0f})) {
        CHECK(x == 0x1p-11f);
    }
}
