// SPDX-License-Identifier: MIT
// Five terms together: added up as the research code did, and multiplied.
#include "channels.hpp"

#include <gradus/importance/enhanced.hpp>
#include <gradus/importance/enhanced_legacy.hpp>
#include <gradus/importance/score_channels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace {

using gradus::compensation;
using gradus::enhanced;
using gradus::enhanced_legacy;
using gradus::index_t;
using gradus::term_shares;
using namespace gradus::test;

template <class C> std::vector<double> scores(const C& criterion, const channels& c) {
    return gradus::score_channels(criterion, c.view(), c.statistics()).value();
}

double mean_of(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double v : values) {
        sum += v;
    }
    return sum / static_cast<double>(values.size());
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected, double by) {
    REQUIRE(found.size() == expected.size());
    for (index_t j = 0; j < found.size(); ++j) {
        CHECK(found[j] == doctest::Approx(expected[j]).epsilon(by));
    }
}

}  // namespace

TEST_CASE("added up: the golden vector of the research code") {
    const auto found = scores(enhanced_legacy{}, golden_channels());
    check_close(found, {1.083561, 1.608236, 0.555673, 0.752530}, 1e-6);
}

TEST_CASE("both have mean 1") {
    const auto c = random_channels(17, 33, 2);
    CHECK(mean_of(scores(enhanced_legacy{}, c)) == doctest::Approx(1.0).epsilon(1e-6));
    CHECK(mean_of(scores(enhanced{}, c)) == doctest::Approx(1.0).epsilon(1e-12));
}

TEST_CASE("multiplied: the weighted geometric mean, in double") {
    const auto c = random_channels(9, 40, 3);
    const auto found = scores(enhanced{}, c);
    const auto energy = scores(gradus::activation_energy{}, c);
    const auto bent = scores(gradus::curvature{}, c);
    const auto weight = scores(gradus::weight_magnitude{}, c);
    const auto moved = scores(gradus::output_sensitivity{}, c);
    const auto variance = scores(gradus::activation_variance{}, c);
    const auto product = [&](index_t j) {
        return std::pow(energy[j], 0.25) * std::pow(bent[j], 0.25) * std::pow(weight[j], 0.15) *
               std::pow(moved[j], 0.25) * std::pow(variance[j], 0.10);
    };
    for (index_t j = 1; j < c.cols; ++j) {
        CHECK(found[j] / found[0] == doctest::Approx(product(j) / product(0)).epsilon(1e-12));
    }
}

TEST_CASE("units of weights and activations do not matter") {
    const auto c = random_channels(12, 30, 4);
    auto scaled = c;
    for (float& w : scaled.weights) {
        w *= 64.0f;
    }
    for (index_t j = 0; j < c.cols; ++j) {
        scaled.magnitude[j] *= 1000.0;
        scaled.variance[j] *= 1e6;
        scaled.hessian[j] *= 1e6;
        scaled.factor[j] *= 1e-3;
    }
    check_close(scores(enhanced{}, scaled), scores(enhanced{}, c), 1e-12);
    check_close(scores(enhanced_legacy{}, scaled), scores(enhanced_legacy{}, c), 1e-5);
}

TEST_CASE("a permutation of the channels permutes the scores") {
    const auto c = random_channels(5, 29, 5);
    auto turned = c;
    for (index_t j = 0; j < c.cols; ++j) {
        const index_t to = j * 12 % c.cols;
        for (index_t r = 0; r < c.rows; ++r) {
            turned.weights[r * c.cols + to] = c.weights[r * c.cols + j];
        }
        turned.magnitude[to] = c.magnitude[j];
        turned.variance[to] = c.variance[j];
        turned.hessian[to] = c.hessian[j];
        turned.factor[to] = c.factor[j];
    }
    const auto plain = scores(enhanced{}, c);
    const auto other = scores(enhanced{}, turned);
    for (index_t j = 0; j < c.cols; ++j) {
        CHECK(other[j * 12 % c.cols] == doctest::Approx(plain[j]).epsilon(1e-12));
    }
}

TEST_CASE("a term of share 0 changes nothing and needs no statistics") {
    auto c = random_channels(8, 20, 6);
    const term_shares without{.curvature = 0.0, .activation_variance = 0.0};
    const auto legacy = scores(enhanced_legacy{without}, c);
    const auto product = scores(enhanced{without}, c);
    c.variance.clear();
    c.hessian.clear();
    c.factor.clear();
    CHECK(scores(enhanced_legacy{without}, c) == legacy);
    CHECK(scores(enhanced{without}, c) == product);
    CHECK(mean_of(legacy) == doctest::Approx(1.0).epsilon(1e-6));
    CHECK_FALSE(gradus::score_channels(enhanced{}, c.view(), c.statistics()).has_value());
    const term_shares one{1.0, 0.0, 0.0, 0.0, 0.0};
    const auto alone = scores(enhanced{one}, c);
    for (index_t j = 0; j < c.cols; ++j) {
        CHECK(alone[j] / alone[0] == doctest::Approx(c.magnitude[j] / c.magnitude[0]));
    }
}

TEST_CASE("the curvature of either kind, and the one that stands upside down") {
    const auto c = random_channels(4, 16, 7);
    const term_shares bent{0.0, 1.0, 0.0, 0.0, 0.0};
    const auto plain = scores(enhanced{bent}, c);
    const auto compensated = scores(enhanced{bent, compensation::later_columns}, c);
    const auto inverse = scores(enhanced{bent, compensation::legacy_inverse}, c);
    for (index_t j = 1; j < c.cols; ++j) {
        CHECK(plain[j] / plain[0] == doctest::Approx(c.hessian[j] / c.hessian[0]));
        CHECK((compensated[j] < compensated[0]) == (inverse[j] > inverse[0]));
    }
}

TEST_CASE("what is large in one term does not flatten the rest") {
    // One channel of 10'000 times the variance rules the sum, not the product.
    auto c = random_channels(8, 64, 8);
    c.variance[5] = 1e4;
    const auto sum = scores(enhanced_legacy{}, c);
    const auto product = scores(enhanced{}, c);
    CHECK(sum[5] == *std::max_element(sum.begin(), sum.end()));
    CHECK(sum[5] > 5.0);
    CHECK(product[5] < 5.0);
}

TEST_CASE("zeros and faults") {
    auto c = random_channels(3, 10, 9);
    c.variance.assign(10, 0.0);  // says nothing, to either
    const auto rest = scores(enhanced{{.activation_variance = 0.0}}, c);
    const auto found = scores(enhanced{}, c);
    for (index_t j = 1; j < c.cols; ++j) {
        CHECK(std::pow(found[j] / found[0], 1 / 0.9) == doctest::Approx(rest[j] / rest[0]));
    }
    c.magnitude[3] = 0.0;  // a dead channel: last, yet a number
    const auto dead = scores(enhanced{}, c);
    CHECK(dead[3] == *std::min_element(dead.begin(), dead.end()));
    CHECK(dead[3] > 0.0);
    c.hessian[7] = std::nan("");
    const auto broken = gradus::score_channels(enhanced{}, c.view(), c.statistics());
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.error().message.find("of channel 7") != std::string::npos);
}
