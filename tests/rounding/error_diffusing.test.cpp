// SPDX-License-Identifier: MIT
// Errors that are passed on: row sums, bounded carries, squared error.
#include "rounding_rows.hpp"

#include <gradus/rounding/error_diffusing.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::bracket;
using gradus::code_t;
using gradus::error_diffusing;
using gradus::index_t;
using namespace gradus::test;

static_assert(gradus::name_of<error_diffusing>() == "error_diffusing");
static_assert(!error_diffusing::memoryless);

/// The largest error of a sum over the first elements of the row, for any number of them.
double worst_prefix(const std::vector<float>& values, const std::vector<float>& decoded) {
    double sum = 0.0;
    double worst = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        sum += static_cast<double>(values[i]) - static_cast<double>(decoded[i]);
        worst = std::max(worst, std::fabs(sum));
    }
    return worst;
}

}  // namespace

TEST_CASE("the choice is the nearer level of what is asked for, halfway the even code") {
    const error_diffusing::state state;
    for (unsigned c = 0; c < 255; ++c) {
        const auto lower = static_cast<code_t>(c);
        REQUIRE(state.choose(bracket{lower, 0.49999997f}) == c);
        REQUIRE(state.choose(bracket{lower, 0.50000006f}) == c + 1);
        REQUIRE(state.choose(bracket{lower, 0.5f}) == (c % 2 == 0 ? c : c + 1));
    }
}

TEST_CASE("errors of a row add up to less than a step, from its start to any column") {
    INFO("GRADUS_SEED=", seed());
    for (index_t row = 0; row < 50; ++row) {
        for (const double centre : {-6.3, -0.2, 0.0, 0.1, 3.4}) {
            const auto values = random_row(700, centre - 1, centre + 1, row);
            const auto decoded = rounded_row(error_diffusing{}, row, values);
            REQUIRE(worst_prefix(values, decoded) <= 0.5 + 1e-3);
        }
    }
}

TEST_CASE("small values of one sign do not vanish") {
    const std::vector<float> values(1000, 0.1f);
    double sum = 0.0;
    for (const float y : rounded_row(error_diffusing{}, 0, values)) {
        sum += static_cast<double>(y);
    }
    CHECK(std::fabs(sum - 100) <= 0.51);
}

TEST_CASE("a row of eight, by hand") {
    const std::vector<float> values{0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f};
    //   asked:    .25   .5     .75    0      .25    .5     .75    0
    const std::vector<float> expected{0, 0, 1, 0, 0, 0, 1, 0};
    CHECK(rounded_row(error_diffusing{}, 0, values) == expected);
}

TEST_CASE("a value beyond the grid moves its neighbour by one step at most") {
    for (const float far : {9.0f, 100.0f, 1e30f, -50.0f, -1e30f}) {
        const std::vector<float> values{far, 0.2f, 0.2f, 0.2f, 0.2f, 0.2f};
        const auto decoded = rounded_row(error_diffusing{}, 0, values);
        CHECK(decoded[0] == (far > 0 ? 7.0f : -8.0f));
        for (index_t i = 1; i < values.size(); ++i) {
            CHECK(std::fabs(decoded[i] - values[i]) <= 1.5f);
        }
        const std::vector<float> rest(values.begin() + 1, values.end());
        CHECK(worst_prefix(rest, {decoded.begin() + 1, decoded.end()}) <= 1.5 + 1e-5);
    }
    std::vector<float> many(500, 1e6f);
    many.insert(many.end(), 20, 0.0f);
    const auto decoded = rounded_row(error_diffusing{}, 0, many);
    CHECK(decoded[500] == 1.0f);
    for (index_t i = 501; i < many.size(); ++i) {
        CHECK(decoded[i] == 0.0f);
    }
}

TEST_CASE("steps may change along the row; the carry follows the last one") {
    error_diffusing::state state;
    state.feed(5.0f, 2.0f);
    CHECK(state.adjust(1.0f) == 3.0f);
    state.feed(-5.0f, 0.25f);
    CHECK(state.adjust(1.0f) == 0.75f);
    state.feed(0.1f, 0.25f);
    CHECK(state.adjust(0.0f) == 0.1f);
}

TEST_CASE("single elements pay two to three times the squared error") {
    INFO("GRADUS_SEED=", seed());
    const auto values = random_row(20'000, -6, 5, 77);
    const auto decoded = rounded_row(error_diffusing{}, 0, values);
    double squares = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        const double e = static_cast<double>(values[i]) - static_cast<double>(decoded[i]);
        squares += e * e;
    }
    const double ratio = squares / static_cast<double>(values.size()) * 12;
    CHECK(ratio > 1.9);
    CHECK(ratio < 3.0);
}

TEST_CASE("every row starts without a carry") {
    const auto values = random_row(100, -4, 4, 3);
    CHECK(rounded_row(error_diffusing{}, 0, values) == rounded_row(error_diffusing{}, 99, values));
}
