// SPDX-License-Identifier: MIT
// Paired differences of divergences.
#include <gradus/eval/paired.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

std::vector<gradus::window_losses> losing(std::vector<double> divergences) {
    std::vector<gradus::window_losses> made;
    for (const double d : divergences) {
        gradus::window_losses one;
        one.divergence = d;
        one.positions = 10;
        made.push_back(one);
    }
    return made;
}

}  // namespace

TEST_CASE("what makes a window hard for both models cancels") {
    std::vector<double> hard;
    std::vector<double> better;
    for (int i = 0; i < 32; ++i) {
        hard.push_back(1.0 + 10.0 * (i % 4));
        better.push_back(0.95 * hard.back());
    }
    const auto found = gradus::compare_divergence(losing(better), losing(hard));
    CHECK(found.change == doctest::Approx(-0.05));
    CHECK(found.low <= found.change);
    CHECK(found.change <= found.high);
    CHECK(found.lower());
    CHECK(!found.higher());
    CHECK(gradus::compare_divergence(losing(hard), losing(better)).higher());
}

TEST_CASE("equal models do not differ, and noise of both signs is told from nothing") {
    const auto same = losing({1.0, 2.0, 3.0, 4.0});
    const auto none = gradus::compare_divergence(same, same);
    CHECK(none.change == 0.0);
    CHECK((!none.lower() && !none.higher()));
    const auto mixed = gradus::compare_divergence(losing({1.4, 1.5, 3.4, 3.5}), same);
    CHECK((!mixed.lower() && !mixed.higher()));
    const auto zero = losing({0.0, 0.0});
    CHECK(gradus::compare_divergence(zero, zero).change == 0.0);
}
