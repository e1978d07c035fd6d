// SPDX-License-Identifier: MIT
// Choosing a group size: coarse where the spread is even, fine where it changes.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/grouping/variance_adaptive.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace {

using gradus::index_t;
using gradus::variance_adaptive;
using gradus::weights_view;

constexpr index_t rows = 24;
constexpr index_t cols = 512;
constexpr std::array<index_t, 4> sizes{32, 64, 128, 256};

static_assert(gradus::name_of<variance_adaptive>() == "variance_adaptive");

/// Normal values times spread(row, column).
template <class Spread> std::vector<float> matrix(Spread spread) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x67726f7570u);
    std::vector<float> values(rows * cols);
    for (index_t i = 0; i < values.size(); ++i) {
        const double radius = std::sqrt(-2 * std::log(1 - key.uniform(2 * i)));
        const double angle = 2 * 3.14159265358979323846 * key.uniform(2 * i + 1);
        values[i] = static_cast<float>(radius * std::cos(angle) * spread(i / cols, i % cols));
    }
    return values;
}

index_t picked(const std::vector<float>& values, int scale_bits = 16) {
    return variance_adaptive{scale_bits}.pick(weights_view{values.data(), rows, cols}, sizes).size;
}

/// The spread takes another of four octaves, by chance, every `run` columns.
auto changing_every(index_t run) {
    return [=](index_t row, index_t column) {
        const auto key = gradus::random_key::of(gradus::test::seed(), row, column / run);
        return std::exp2(static_cast<double>(key.below(5, 0)));
    };
}

}  // namespace

TEST_CASE("rows of one spread get the coarsest groups, whatever the spread of each row") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    // 16 bits a group of 32 are half a bit a value: more than what smaller maxima are worth.
    CHECK(picked(matrix([](index_t, index_t) { return 1.0; }), 32) == 256);
    CHECK(picked(matrix([](index_t r, index_t) { return std::exp2(r % 7); }), 32) == 256);
    CHECK(picked(matrix([](index_t, index_t) { return 1.0; })) >= 128);
}

TEST_CASE("a spread that changes every 32 columns gets groups of 32") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(picked(matrix(changing_every(32))) == 32);
}

TEST_CASE("a spread that changes every 128 columns gets groups of 128 or 64, not of 256") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const index_t size = picked(matrix(changing_every(128)));
    CHECK(size <= 128);
    CHECK(size >= 64);
}

TEST_CASE("dearer scales never make groups finer") {
    for (const index_t run : {32u, 64u, 256u}) {
        const auto values = matrix(changing_every(run));
        index_t before = 0;
        for (const int bits : {0, 8, 16, 24, 32}) {
            const index_t size = picked(values, bits);
            CHECK(size >= before);
            before = size;
        }
    }
}

TEST_CASE("the unit of the values does not matter") {
    for (const index_t run : {32u, 128u}) {
        auto values = matrix(changing_every(run));
        const index_t size = picked(values);
        for (float& x : values) {
            x *= -0x1p-20f;
        }
        CHECK(picked(values) == size);
    }
}

TEST_CASE("where nothing is lost the coarsest size wins; a single candidate is taken") {
    CHECK(picked(std::vector<float>(rows * cols, 0.0f)) == 256);
    CHECK(picked(std::vector<float>(rows * cols, -1.5f)) == 256);
    const auto values = matrix(changing_every(32));
    const std::array<index_t, 1> only{64};
    CHECK(variance_adaptive{}.pick(weights_view{values.data(), rows, cols}, only).size == 64);
}

TEST_CASE("rows need not be multiples of the group size") {
    const auto values = matrix([](index_t, index_t) { return 1.0; });
    for (const index_t width : {1u, 31u, 172u, 288u, 352u}) {
        const weights_view part{values.data(), rows, width, cols};
        const index_t size = variance_adaptive{}.pick(part, sizes).size;
        CHECK(size >= 32);
        CHECK(size <= 256);
    }
}
