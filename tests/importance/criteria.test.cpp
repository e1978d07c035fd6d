// SPDX-License-Identifier: MIT
// Five criteria alone: golden values, formulas in double, units, what they refuse.
#include "channels.hpp"

#include <gradus/importance/five_terms.hpp>
#include <gradus/importance/score_channels.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace {

using gradus::compensation;
using gradus::curvature;
using gradus::errc;
using gradus::index_t;
using namespace gradus::test;

template <class C> std::vector<double> scores(const C& criterion, const channels& c) {
    return gradus::score_channels(criterion, c.view(), c.statistics()).value();
}

/// Divided by their mean.
std::vector<double> relative(std::vector<double> scores) {
    double sum = 0.0;
    for (const double s : scores) {
        sum += s;
    }
    for (double& s : scores) {
        s *= static_cast<double>(scores.size()) / sum;
    }
    return scores;
}

void check_equal(const std::vector<double>& found, const std::vector<double>& expected, double by) {
    REQUIRE(found.size() == expected.size());
    for (index_t j = 0; j < found.size(); ++j) {
        CHECK(found[j] == doctest::Approx(expected[j]).epsilon(by));
    }
}

}  // namespace

TEST_CASE("the golden values of the five terms, over their means") {
    const auto c = golden_channels();
    check_equal(relative(scores(gradus::activation_energy{}, c)), {1, 2, 0.5, 0.5}, 1e-6);
    check_equal(relative(scores(curvature{compensation::legacy_inverse}, c)),
                {0.666667, 0.533333, 1.333333, 1.466667}, 1e-6);
    check_equal(relative(scores(gradus::weight_magnitude{}, c)),
                {1.568627, 1.176471, 0.313725, 0.941176}, 1e-6);
    check_equal(relative(scores(gradus::output_sensitivity{}, c)),
                {1.435493, 2.030094, 0.128394, 0.406019}, 2e-6);
    check_equal(relative(scores(gradus::activation_variance{}, c)),
                {0.727273, 2.909091, 0.181818, 0.181818}, 2e-6);
}

TEST_CASE("curvature is H_jj alone, or 1 / U_jj^2 where later columns make up for it") {
    const auto c = golden_channels();
    check_equal(scores(curvature{}, c), {4, 6.25, 1, 0.9}, 1e-15);
    check_equal(scores(curvature{compensation::later_columns}, c), {4, 6.25, 1, 1 / 1.21}, 1e-12);
}

TEST_CASE("weights count by magnitude and by root mean square") {
    INFO("GRADUS_SEED=", seed());
    const auto c = random_channels(37, 21, 1);
    const auto mean = scores(gradus::weight_magnitude{}, c);
    const auto moved = scores(gradus::output_sensitivity{}, c);
    for (index_t j = 0; j < c.cols; ++j) {
        double sum = 0.0;
        double square = 0.0;
        for (index_t r = 0; r < c.rows; ++r) {
            const auto w = static_cast<double>(c.view()(r, j));
            sum += std::abs(w);
            square += w * c.magnitude[j] * w * c.magnitude[j];
        }
        CHECK(mean[j] == doctest::Approx(sum / 37).epsilon(1e-13));
        CHECK(moved[j] == doctest::Approx(std::sqrt(square / 37)).epsilon(1e-13));
    }
}

TEST_CASE("statistics that were not collected, or for another matrix, are named as missing") {
    const auto c = golden_channels();
    auto statistics = c.statistics();
    statistics.variance = {};
    const auto missing =
        gradus::score_channels(gradus::activation_variance{}, c.view(), statistics);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == errc::not_found);
    CHECK(missing.error().message.find("'activation_variance' needs statistics of 4 channels") !=
          std::string::npos);
    const auto narrow = c.view().columns(0, 3);
    CHECK_FALSE(gradus::score_channels(curvature{}, narrow, c.statistics()).has_value());
    CHECK_FALSE(gradus::score_channels(gradus::weight_magnitude{}, {}, {}).has_value());
    CHECK(gradus::score_channels(gradus::weight_magnitude{}, c.view(), {}).has_value());
}

TEST_CASE("a score that is no number is named by its channel") {
    auto c = golden_channels();
    c.weights[6] = std::numeric_limits<float>::quiet_NaN();
    const auto found = gradus::score_channels(gradus::weight_magnitude{}, c.view(), c.statistics());
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().code == errc::nonfinite);
    CHECK(found.error().message.find("of channel 2 is") != std::string::npos);
    c.factor[1] = 0.0;
    CHECK_FALSE(
        gradus::score_channels(curvature{compensation::later_columns}, c.view(), c.statistics())
            .has_value());
}
