// SPDX-License-Identifier: MIT
// Three levels: minus scale, zero, scale.
#include "probe.hpp"

#include <gradus/mapping/ternary.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::code_t;
using gradus::interval;
using gradus::scale_only;
using gradus::ternary;
using namespace gradus::test;

static_assert(gradus::name_of<ternary>() == "ternary" && ternary::codes == 3);
static_assert(ternary{}.fit({-2.0f, 1.5f}).scale == 2.0f);
static_assert(ternary{}.fit({1.5f, -2.0f}).scale == 2.0f);
static_assert(ternary{}.decode(code_t{0}, scale_only{2.0f}) == -2.0f);
static_assert(ternary{}.decode(code_t{1}, scale_only{2.0f}) == 0.0f);
static_assert(ternary{}.decode(code_t{2}, scale_only{2.0f}) == 2.0f);

}  // namespace

TEST_CASE("order, brackets, nearest levels, half a scale of error, exact zero") {
    for (const interval r : plain_intervals) {
        const probe p = fitted(ternary{}, r);
        INFO("[", r.lo, ", ", r.hi, "]");
        CHECK(order_faults(p) == 0);
        CHECK(level_faults(p) == 0);
        CHECK(bracket_faults(p, around(r)) == 0);
        CHECK(bracket_faults(p, extreme_values) == 0);
        CHECK(excess(p, around(r)) <= 0x1p-22);
        CHECK(disagreement(p, around(r)) <= 8);
        CHECK(p.decode(p.nearest(0.0f)) == 0.0f);
        const auto scale = static_cast<double>(p.scale);
        for (const float x : sweep(-scale, scale, 1000)) {
            REQUIRE(p.error(x) <= with_rounding(scale / 2, p));
        }
        CHECK(p.nearest(3 * p.scale) == 2);
        CHECK(p.nearest(-3 * p.scale) == 0);
    }
}

TEST_CASE("the threshold is half the scale; on it, the even code wins") {
    const probe p = probe_of(ternary{}, {1.0f}, {-1.0f, 1.0f});
    CHECK(p.nearest(0.499999f) == 1);
    CHECK(p.nearest(0.500001f) == 2);
    CHECK(p.nearest(0.5f) == 2);
    CHECK(p.nearest(-0.5f) == 0);
    CHECK(p.nearest(-0.499999f) == 1);
}

TEST_CASE("an all-zero group decodes to zeros") {
    const probe p = fitted(ternary{}, {0.0f, 0.0f});
    CHECK(bracket_faults(p, extreme_values) == 0);
    for (const float x : extreme_values) {
        CHECK(p.decode(p.nearest(x)) == 0.0f);
    }
}

TEST_CASE("denormal and widest scales") {
    for (const float scale : {1e-45f, 1e-40f, std::numeric_limits<float>::max()}) {
        const probe p = fitted(ternary{}, {-scale, 0.0f});
        CHECK(p.scale == scale);
        CHECK(level_faults(p) == 0);
        CHECK(bracket_faults(p, extreme_values) == 0);
    }
}
