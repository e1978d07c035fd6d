// SPDX-License-Identifier: MIT
// Alpha lies in its interval, which knows both levels and their samples.
#include <gradus/compress/loss_worth.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

TEST_CASE("a linear law with sure samples has a narrow interval around alpha") {
    const loss_worth w{"m", {3, 0.01, 0.02, 0.019, 0.021}, {2, 0.04, 0.08, 0.078, 0.082}};
    CHECK(w.alpha() == doctest::Approx(2.0));
    CHECK(w.low() == doctest::Approx(1.9));
    CHECK(w.high() == doctest::Approx(2.1));
    CHECK(!w.bends(1.01));
}

TEST_CASE("levels that disagree widen the interval to both") {
    const loss_worth w{"m", {3, 0.01, 0.02, 0.02, 0.02}, {2, 0.04, 0.32, 0.32, 0.32}};
    CHECK(w.alpha() == doctest::Approx(2.0));
    CHECK(w.low() == doctest::Approx(2.0));
    CHECK(w.high() == doctest::Approx(8.0));
    CHECK(w.bends(3.0));
    CHECK(!w.bends(5.0));
}

TEST_CASE("the low end is not negative, whatever the windows say") {
    const loss_worth w{"m", {3, 0.01, 1e-4, -1e-4, 3e-4}, {2, 0.04, 4e-4, 1e-4, 7e-4}};
    CHECK(w.low() == 0.0);
    CHECK(w.low() <= w.alpha());
    CHECK(w.alpha() <= w.high());
}

}  // namespace
