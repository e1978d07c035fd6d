// SPDX-License-Identifier: MIT
// The nearer level; halfway, the even code.
#include "rounding_rows.hpp"

#include <gradus/rounding/nearest.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::bracket;
using gradus::code_t;
using gradus::nearest;
using namespace gradus::test;

static_assert(gradus::name_of<nearest>() == "nearest" && nearest::memoryless);

}  // namespace

TEST_CASE("every code goes to the nearer side, and halfway to the even one") {
    const nearest::state state;
    for (unsigned c = 0; c < 255; ++c) {
        const auto lower = static_cast<code_t>(c);
        for (const float t : {0.0f, 0x1p-30f, 0.25f, 0.49999997f}) {
            REQUIRE(state.choose(bracket{lower, t}) == c);
        }
        for (const float t : {0.50000006f, 0.75f, 0.99999994f, 1.0f}) {
            REQUIRE(state.choose(bracket{lower, t}) == c + 1);
        }
        REQUIRE(state.choose(bracket{lower, 0.5f}) == (c % 2 == 0 ? c : c + 1));
    }
}

TEST_CASE("double brackets round as float ones") {
    const nearest::state state;
    for (unsigned c = 0; c < 255; ++c) {
        const auto lower = static_cast<code_t>(c);
        CHECK(state.choose(gradus::basic_bracket<double>{lower, 0.5}) == (c % 2 == 0 ? c : c + 1));
        CHECK(state.choose(gradus::basic_bracket<double>{lower, 0.5 + 1e-12}) == c + 1);
        CHECK(state.choose(gradus::basic_bracket<double>{lower, 0.5 - 1e-12}) == c);
    }
}

TEST_CASE("sixteen at a time as one by one") {
    INFO("GRADUS_SEED=", seed());
    CHECK(lane_faults(nearest{}) == 0);
}

TEST_CASE("no value is moved by more than half a step, and none remembers another") {
    const auto values = random_row(5000, -8, 7, 1);
    const auto decoded = rounded_row(nearest{}, 0, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
        REQUIRE(std::fabs(values[i] - decoded[i]) <= 0.5f);
        REQUIRE(rounded_row(nearest{}, 7, {values[i]})[0] == decoded[i]);
    }
}
