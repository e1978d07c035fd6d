// SPDX-License-Identifier: MIT
// Noise on top of another rounding: none of it, some, all.
#include "rounding_rows.hpp"

#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::bracket;
using gradus::code_t;
using gradus::error_diffusing;
using gradus::index_t;
using gradus::nearest;
using gradus::noisy;
using gradus::stochastic;
using namespace gradus::test;

static_assert(gradus::name_of<noisy<>>() == "noisy");
static_assert(noisy<>::memoryless && noisy<stochastic>::memoryless);
static_assert(!noisy<error_diffusing>::memoryless);

double mean_square(const noisy<>& r, const std::vector<float>& values) {
    const auto decoded = rounded_row(r, 0, values);
    double squares = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        const double e = static_cast<double>(values[i]) - static_cast<double>(decoded[i]);
        squares += e * e;
    }
    return squares / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("without noise it is the rounding below") {
    for (index_t row = 0; row < 20; ++row) {
        const auto brackets = random_brackets(500, row);
        CHECK(one_by_one(noisy<>{0.0f, 1, 2}, row, brackets) ==
              one_by_one(nearest{}, row, brackets));
        CHECK(one_by_one(noisy<stochastic>{0.0f, 1, 2, {3, 4}}, row, brackets) ==
              one_by_one(stochastic{3, 4}, row, brackets));
        const auto values = random_row(300, -7, 6, row);
        CHECK(rounded_row(noisy<error_diffusing>{0.0f, 1, 2}, row, values) ==
              rounded_row(error_diffusing{}, row, values));
    }
}

TEST_CASE("the error stays below half a step and half the noise, and rises with the noise") {
    INFO("GRADUS_SEED=", seed());
    const auto values = random_row(30'000, -8, 7, 5);
    double before = 1.0 / 12;
    for (const float fraction : {0.1f, 0.5f, 1.0f}) {
        const noisy<> r{fraction, seed(), 1};
        const auto decoded = rounded_row(r, 0, values);
        for (index_t i = 0; i < values.size(); ++i) {
            REQUIRE(std::fabs(values[i] - decoded[i]) <= (1 + fraction) / 2 + 1e-6f);
        }
        const double here = mean_square(r, values);
        CHECK(here > before * 0.98);
        before = here;
    }
    CHECK(before > 1.5 / 12);
}

TEST_CASE("codes stay those of the bracket") {
    for (index_t row = 0; row < 20; ++row) {
        const auto brackets = random_brackets(500, row);
        const auto codes = one_by_one(noisy<>{1.0f, seed(), row}, row, brackets);
        for (index_t i = 0; i < codes.size(); ++i) {
            REQUIRE((codes[i] == brackets[i].lower || codes[i] == brackets[i].lower + 1));
        }
    }
}

TEST_CASE("sixteen at a time as one by one") {
    INFO("GRADUS_SEED=", seed());
    CHECK(lane_faults(noisy<>{}) == 0);
    CHECK(lane_faults(noisy<>{1.0f, seed(), 3}) == 0);
    CHECK(lane_faults(noisy<stochastic>{0.3f, seed(), 3, {seed(), 3}}) == 0);
}

TEST_CASE("the noise is not the chance of a stochastic rounding with the same seed") {
    // If it were, up-rounding would be decided by t + (u - 1/2) > u: certain above one half.
    const noisy<stochastic> r{1.0f, 5, 6, {5, 6}};
    const auto codes = one_by_one(r, 0, std::vector<bracket>(2000, {0, 0.6f}));
    index_t ups = 0;
    for (const code_t c : codes) {
        ups += c;
    }
    CHECK(ups > 1000);
    CHECK(ups < 1400);
}

TEST_CASE("seeds, tensors and rows draw different noise") {
    const std::vector<bracket> brackets(256, {0, 0.5f});
    const auto first = one_by_one(noisy<>{1.0f, 5, 6}, 7, brackets);
    CHECK(one_by_one(noisy<>{1.0f, 5, 6}, 7, brackets) == first);
    CHECK(one_by_one(noisy<>{1.0f, 6, 6}, 7, brackets) != first);
    CHECK(one_by_one(noisy<>{1.0f, 5, 7}, 7, brackets) != first);
    CHECK(one_by_one(noisy<>{1.0f, 5, 6}, 8, brackets) != first);
}
