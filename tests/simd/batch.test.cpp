// SPDX-License-Identifier: MIT
// Sixteen lanes against sixteen scalars.
#include "lane_values.hpp"

#include <gradus/simd/batch.hpp>
#include <gradus/simd/lanes.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gradus::index_t;
using gradus::simd::f32x16;
using gradus::simd::u32x16;
using namespace gradus::test;

constexpr std::uint64_t batches = 500;

static_assert(sizeof(f32x16) == 64 && sizeof(u32x16) == 64);
static_assert(gradus::simd::parts * gradus::simd::native_lanes<float> == 16);

/// How many batches `vector` treats unlike `scalar`, lane by lane.
template <class Vector, class Scalar> int float_faults(Vector vector, Scalar scalar) {
    int faults = 0;
    for (std::uint64_t n = 0; n < batches; ++n) {
        const float_lanes a = some_floats(2 * n);
        const float_lanes b = some_floats(2 * n + 1);
        float_lanes expected{};
        for (index_t i = 0; i < a.size(); ++i) {
            volatile float left = a[i];  // computed now, by one scalar instruction
            expected[i] = scalar(left, b[i]);
        }
        faults += !same(lanes_in(vector(batch_of(a), batch_of(b))), expected);
    }
    return faults;
}

template <class Vector, class Scalar> int word_faults(Vector vector, Scalar scalar) {
    int faults = 0;
    for (std::uint64_t n = 0; n < batches; ++n) {
        const word_lanes a = some_words(2 * n);
        const word_lanes b = some_words(2 * n + 1);
        word_lanes expected{};
        for (index_t i = 0; i < a.size(); ++i) {
            expected[i] = scalar(a[i], b[i]);
        }
        faults += lanes_in(vector(batch_of(a), batch_of(b))) != expected;
    }
    return faults;
}

}  // namespace

TEST_CASE("loading and storing keep bits and order, at any address") {
    for (std::uint64_t n = 0; n < 32; ++n) {
        const float_lanes a = some_floats(n);
        std::vector<float> memory(40, 7.0f);
        batch_of(a).store(memory.data() + n % 8);
        for (index_t i = 0; i < memory.size(); ++i) {
            const bool inside = i >= n % 8 && i < n % 8 + 16;
            REQUIRE(same(memory[i], inside ? a[i - n % 8] : 7.0f));
        }
        CHECK(same(lanes_in(f32x16::load(memory.data() + n % 8)), a));

        const word_lanes w = some_words(n);
        std::vector<std::byte> bytes(80, std::byte{7});
        batch_of(w).store(bytes.data() + n % 13);
        CHECK(lanes_in(u32x16::load(bytes.data() + n % 13)) == w);
        CHECK(bytes[n % 13 + 64] == std::byte{7});
    }
}

TEST_CASE("one value fills all lanes") {
    for (const float x : awkward) {
        float_lanes expected{};
        expected.fill(x);
        CHECK(same(lanes_in(f32x16{x}), expected));
    }
    for (const std::uint32_t x : {0u, 1u, 0x80000000u, 0xffffffffu}) {
        word_lanes expected{};
        expected.fill(x);
        CHECK(lanes_in(u32x16{x}) == expected);
    }
}

TEST_CASE("float arithmetic is that of scalars, bit for bit") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto plus = [](const auto& a, const auto& b) { return a + b; };
    const auto minus = [](const auto& a, const auto& b) { return a - b; };
    const auto times = [](const auto& a, const auto& b) { return a * b; };
    const auto over = [](const auto& a, const auto& b) { return a / b; };
    CHECK(float_faults(plus, plus) == 0);
    CHECK(float_faults(minus, minus) == 0);
    CHECK(float_faults(times, times) == 0);
    CHECK(float_faults(over, over) == 0);
}

TEST_CASE("comparisons are those of scalars; nothing compares with what is not a number") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    // Seen through the choice they decide; equal operands come from comparing with itself too.
    const auto chosen = [](auto compare) {
        const int faults = float_faults(
            [=](const f32x16& a, const f32x16& b) {
                return either(compare(a, b), f32x16{1.0f}, f32x16{0.0f});
            },
            [=](float a, float b) { return compare(a, b) ? 1.0f : 0.0f; });
        return faults + float_faults(
                            [=](const f32x16& a, const f32x16&) {
                                return either(compare(a, a), f32x16{1.0f}, f32x16{0.0f});
                            },
                            [=](float a, float) { return compare(a, a) ? 1.0f : 0.0f; });
    };
    CHECK(chosen([](const auto& a, const auto& b) { return a < b; }) == 0);
    CHECK(chosen([](const auto& a, const auto& b) { return a <= b; }) == 0);
    CHECK(chosen([](const auto& a, const auto& b) { return a > b; }) == 0);
    CHECK(chosen([](const auto& a, const auto& b) { return a >= b; }) == 0);
    CHECK(chosen([](const auto& a, const auto& b) { return a == b; }) == 0);
    CHECK(chosen([](const auto& a, const auto& b) { return a != b; }) == 0);
}

TEST_CASE("word arithmetic wraps as in scalars") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto plus = [](const auto& a, const auto& b) { return a + b; };
    const auto times = [](const auto& a, const auto& b) { return a * b; };
    const auto both = [](const auto& a, const auto& b) { return a & b; };
    const auto any = [](const auto& a, const auto& b) { return a | b; };
    const auto one = [](const auto& a, const auto& b) { return a ^ b; };
    CHECK(word_faults(plus, plus) == 0);
    CHECK(word_faults(times, times) == 0);
    CHECK(word_faults(both, both) == 0);
    CHECK(word_faults(any, any) == 0);
    CHECK(word_faults(one, one) == 0);
    for (int bits = 0; bits < 32; ++bits) {
        const auto left = [=](const auto& a, const auto&) { return a << bits; };
        const auto right = [=](const auto& a, const auto&) { return a >> bits; };
        REQUIRE(word_faults(left, left) == 0);
        REQUIRE(word_faults(right, right) == 0);
    }
}

TEST_CASE("the 32-bit hash is the same in every lane as alone") {
    for (std::uint64_t n = 0; n < batches; ++n) {
        const word_lanes words = some_words(n);
        const word_lanes hashed = lanes_in(gradus::mix32(batch_of(words)));
        for (index_t i = 0; i < words.size(); ++i) {
            REQUIRE(hashed[i] == gradus::mix32(words[i]));
        }
    }
}

TEST_CASE("a fused product differs from the exact one by its rounding only") {
    for (std::uint64_t n = 0; n < batches; ++n) {
        const float_lanes a = some_floats(3 * n, true);
        const float_lanes b = some_floats(3 * n + 1, true);
        const float_lanes c = some_floats(3 * n + 2, true);
        const float_lanes r = lanes_in(fused(batch_of(a), batch_of(b), batch_of(c)));
        for (index_t i = 0; i < r.size(); ++i) {
            const double product = static_cast<double>(a[i]) * static_cast<double>(b[i]);
            const double exact = product + static_cast<double>(c[i]);
            // Two roundings at most: of the product, and of the sum. Sums beyond float overflow.
            const double bound = 0x1p-24 * (std::fabs(product) + std::fabs(exact)) * 1.01 + 2e-45;
            const bool overflow = std::fabs(product) + std::fabs(exact) > 3.4e38;
            REQUIRE((overflow || std::fabs(static_cast<double>(r[i]) - exact) <= bound));
        }
    }
}

TEST_CASE("the sum adds lanes by halves") {
    // 2^24 + 1 is not a float: any other order of additions would give another result.
    float_lanes v{};
    v[0] = 0x1p24f;
    v[8] = 1.0f;  // lost in the first step: 2^24 + 1 rounds to even
    v[1] = 1.0f;
    v[9] = 1.0f;  // 1 + 1 survives
    CHECK(sum(batch_of(v)) == 0x1p24f + 2.0f);
    double total = 0.0;
    float_lanes small{};
    for (index_t i = 0; i < small.size(); ++i) {
        small[i] = static_cast<float>(static_cast<int>(i * i) - 100) * 0.25f;  // exact sums
        total += static_cast<double>(small[i]);
    }
    CHECK(static_cast<double>(sum(batch_of(small))) == total);
}
