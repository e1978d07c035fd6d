// SPDX-License-Identifier: MIT
// Two levels: minus scale and scale.
#include "probe.hpp"

#include <gradus/mapping/binary.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::binary;
using gradus::code_t;
using gradus::interval;
using gradus::scale_only;
using namespace gradus::test;

static_assert(gradus::name_of<binary>() == "binary" && binary::bits == 1);
static_assert(binary{}.fit({-2.0f, 1.5f}).scale == 2.0f);
static_assert(binary{}.fit({2.0f, -1.5f}).scale == 2.0f);
static_assert(binary{}.decode(code_t{0}, scale_only{2.0f}) == -2.0f);
static_assert(binary{}.decode(code_t{1}, scale_only{2.0f}) == 2.0f);

}  // namespace

TEST_CASE("order, brackets, nearest levels, one scale of error") {
    for (const interval r : plain_intervals) {
        const probe p = fitted(binary{}, r);
        INFO("[", r.lo, ", ", r.hi, "]");
        CHECK(order_faults(p) == 0);
        CHECK(level_faults(p) == 0);
        CHECK(bracket_faults(p, around(r)) == 0);
        CHECK(bracket_faults(p, extreme_values) == 0);
        CHECK(excess(p, around(r)) <= 0x1p-22);
        CHECK(disagreement(p, around(r)) <= 8);
        const auto scale = static_cast<double>(p.scale);
        for (const float x : sweep(-scale, scale, 1000)) {
            REQUIRE(p.error(x) <= with_rounding(scale, p));
        }
    }
}

TEST_CASE("the sign decides, however small or large the value") {
    const probe p = probe_of(binary{}, {0.5f}, {-0.5f, 0.5f});
    for (const float x : {1e-6f, 0.1f, 0.5f, 7.0f, 3e38f}) {
        CHECK(p.decode(p.nearest(x)) == 0.5f);
        CHECK(p.decode(p.nearest(-x)) == -0.5f);
    }
    CHECK(p.locate(0.0f).t == 0.5f);
}

TEST_CASE("the best scale is the mean magnitude, as the docstring says") {
    const std::vector<float> row{0.2f, -0.9f, 0.4f, -0.1f, 1.4f};  // mean magnitude 0.6
    const auto squares = [&](double scale) {
        const probe p = probe_of(binary{}, {static_cast<float>(scale)}, {-1.0f, 1.0f});
        double sum = 0.0;
        for (const float x : row) {
            sum += p.error(x) * p.error(x);
        }
        return sum;
    };
    for (double scale = 0.05; scale < 2; scale += 0.01) {
        CHECK(squares(0.6) <= squares(scale) + 1e-6);
    }
}

TEST_CASE("an all-zero group decodes to zeros") {
    const probe p = fitted(binary{}, {0.0f, 0.0f});
    CHECK(bracket_faults(p, extreme_values) == 0);
    for (const float x : extreme_values) {
        CHECK(p.decode(p.nearest(x)) == 0.0f);
    }
}
