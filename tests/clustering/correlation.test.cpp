// SPDX-License-Identifier: MIT
// Correlations and what they say about information.
#include "planted.hpp"

#include <gradus/clustering/correlation.hpp>

#include <doctest/doctest.h>

#include <limits>

using gradus::correlation_of;
using gradus::gaussian_information;
using gradus::index_t;
using gradus::square_matrix;

TEST_CASE("correlations by hand, whatever the units of the channels") {
    square_matrix s{3};
    s(0, 0) = 4.0;
    s(1, 1) = 25.0;
    s(2, 2) = 0.01;
    s(1, 0) = 5.0;
    s(2, 0) = -0.2;  // as large as it can be
    s(2, 1) = 0.0;
    const auto rho = correlation_of(s.view()).value();
    CHECK(rho(0, 1) == doctest::Approx(0.5));
    CHECK(rho(1, 0) == rho(0, 1));
    CHECK(rho(0, 2) == doctest::Approx(-1.0));
    CHECK(rho(0, 2) >= -1.0);
    CHECK(rho(1, 2) == 0.0);
    for (index_t i = 0; i < 3; ++i) {
        CHECK(rho(i, i) == 1.0);
    }
    const auto distance = gradus::correlation_distance(rho.view());
    CHECK(distance(0, 0) == 0.0);
    CHECK(distance(0, 1) == doctest::Approx(0.5));
    CHECK(distance(2, 0) == doctest::Approx(0.0));
}

TEST_CASE("a constant channel depends on no other") {
    square_matrix s{2};
    s(0, 0) = 2.0;
    const auto rho = correlation_of(s.view()).value();
    CHECK(rho(0, 1) == 0.0);
    CHECK(rho(1, 1) == 1.0);
}

TEST_CASE("entries that are no second moments are refused") {
    square_matrix s{2};
    s(0, 0) = s(1, 1) = 1.0;
    s(1, 0) = std::numeric_limits<double>::quiet_NaN();
    CHECK(correlation_of(s.view()).error().code == gradus::errc::nonfinite);
    s(1, 0) = 0.0;
    s(1, 1) = -1.0;
    CHECK_FALSE(correlation_of(s.view()).has_value());
    CHECK_FALSE(correlation_of({nullptr, 2, 3}).has_value());
}

TEST_CASE("Gaussian information: golden values, even in rho, bounded") {
    CHECK(gaussian_information(0.5) == doctest::Approx(0.14384).epsilon(1e-4));
    CHECK(gaussian_information(1.0) == doctest::Approx(4.2586).epsilon(1e-4));
    CHECK(gaussian_information(0.0) == 0.0);
    CHECK(gaussian_information(-0.7) == gaussian_information(0.7));
    CHECK(gaussian_information(1e-9) == doctest::Approx(0.5e-18));
}
