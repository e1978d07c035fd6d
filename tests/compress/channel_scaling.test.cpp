// SPDX-License-Identifier: MIT
// Scales follow their formula, and a search that loses nothing.
#include <gradus/compress/channel_scaling.hpp>

#include <doctest/doctest.h>

#include <map>

namespace {

using namespace gradus;

const std::vector<double> magnitudes{1.0, 4.0, 16.0, 0.0, 2.0};
const std::vector<double> weights{1.0, 1.0, 4.0, 3.0, 0.0};

TEST_CASE("scales are m^a / w^b over their geometric mean; channels of nothing have 1") {
    const auto s = channel_scales(magnitudes, weights, {0.5, 0.5});
    // 1, 2 and 2 before they are normalised by cbrt(4)
    CHECK(s[0] == doctest::Approx(1.0 / std::cbrt(4.0)));
    CHECK(s[1] == doctest::Approx(2.0 * s[0]));
    CHECK(s[2] == doctest::Approx(s[1]));
    CHECK(s[3] == 1.0);
    CHECK(s[4] == 1.0);
}

TEST_CASE("exponents of zero are ones to the bit, and units do not matter") {
    for (const double s : channel_scales(magnitudes, weights, {})) {
        CHECK(s == 1.0);
    }
    std::vector<double> other = magnitudes;
    for (double& m : other) {
        m *= 1e-20;
    }
    const auto a = channel_scales(magnitudes, weights, {0.75, 0.25});
    const auto b = channel_scales(other, weights, {0.75, 0.25});
    for (index_t j = 0; j < a.size(); ++j) {
        CHECK(a[j] == doctest::Approx(b[j]));
    }
}

TEST_CASE("no scale leaves [2^-8, 2^8]") {
    const std::vector<double> wild{1e-30, 1.0, 1e30};
    const std::vector<double> ones(3, 1.0);
    const auto s = channel_scales(wild, ones, {0.75, 0.0});
    CHECK(s == std::vector<double>{0x1p-8, 1.0, 0x1p8});
}

TEST_CASE("what measures best is chosen, and nothing that measures worse than no scales") {
    const auto chosen_by = [&](auto error_of) {
        const auto measure = [&](std::span<const double> s) -> result<double> {
            return error_of(s[1] / s[0], s[2] / s[1]);
        };
        const auto found = search_scales(magnitudes, weights, measure);
        REQUIRE(found);
        CHECK(found->scales == channel_scales(magnitudes, weights, found->exponents));
        return *found;
    };
    const auto worse = chosen_by([](double, double) { return 1.0; });
    CHECK(worse.exponents == scale_exponents{});
    CHECK(worse.error == 1.0);
    // s_1 / s_0 = 4^a wants a = 1/4; s_2 / s_1 = 4^a 4^-b then wants b = 1/4.
    const auto both = chosen_by([](double first, double second) {
        return 0.5 + std::abs(std::log(first / std::sqrt(2.0))) + 0.01 * std::abs(std::log(second));
    });
    CHECK(both.exponents == scale_exponents{0.25, 0.25});
    CHECK(both.error == doctest::Approx(0.5));
}

TEST_CASE("a measurement that fails ends the search") {
    const auto measure = [](std::span<const double>) -> result<double> {
        return error{errc::nonfinite, "no"};
    };
    CHECK(search_scales(magnitudes, weights, measure).error().code == errc::nonfinite);
}

}  // namespace
