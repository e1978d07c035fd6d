// SPDX-License-Identifier: MIT
#include "random_matrix.hpp"

#include <gradus/model/norm/layer_norm.hpp>
#include <gradus/model/norm/rms_norm.hpp>

#include <doctest/doctest.h>

#include <cmath>

using gradus::index_t;
using gradus::layer_norm;
using gradus::rms_norm;
using gradus::test::matrix;
using gradus::test::noise;

namespace {

const std::vector<index_t> widths = {1, 2, 15, 16, 17, 64, 100, 256};

template <class Norm> matrix apply(const Norm& norm, const matrix& x) {
    matrix y(x.rows, x.cols);
    norm(x.view(), y.view());
    return y;
}

}  // namespace

TEST_CASE("RMS norm agrees with its formula") {
    for (const index_t width : widths) {
        const auto gain = noise(width, 1);
        const matrix x(3, width, 2, 5.0f);
        const matrix y = apply(rms_norm{gain, 1e-5f}, x);
        for (index_t t = 0; t < 3; ++t) {
            double squares = 0.0;
            for (index_t i = 0; i < width; ++i) {
                squares += static_cast<double>(x(t, i)) * static_cast<double>(x(t, i));
            }
            const double rms = std::sqrt(squares / static_cast<double>(width) + 1e-5);
            for (index_t i = 0; i < width; ++i) {
                const double expected =
                    static_cast<double>(gain[i]) * static_cast<double>(x(t, i)) / rms;
                CHECK(static_cast<double>(y(t, i)) == doctest::Approx(expected).epsilon(1e-6));
            }
        }
    }
}

TEST_CASE("RMS norm gives mean square one, ignores the scale and keeps the sign") {
    const std::vector<float> ones(64, 1.0f);
    const matrix x(4, 64, 3);
    matrix scaled = x;
    for (float& v : scaled.values) {
        v *= -4.0f;
    }
    const matrix y = apply(rms_norm{ones, 0.0f}, x);
    const matrix z = apply(rms_norm{ones, 0.0f}, scaled);
    for (index_t t = 0; t < 4; ++t) {
        CHECK(gradus::dot(y.view().row(t), y.view().row(t)) / 64.0f ==
              doctest::Approx(1.0).epsilon(1e-6));
        for (index_t i = 0; i < 64; ++i) {
            CHECK(y(t, i) == -z(t, i));
        }
    }
}

TEST_CASE("a zero row stays zero, and norms work in place") {
    matrix x(1, 20);
    const rms_norm norm{std::vector<float>(20, 2.0f), 1e-6f};
    CHECK(apply(norm, x).values == x.values);
    matrix noisy(5, 20, 4);
    const matrix expected = apply(norm, noisy);
    norm(noisy.view(), noisy.view());
    CHECK(noisy.values == expected.values);
}

TEST_CASE("layer norm agrees with its formula, whatever the offset") {
    for (const index_t width : widths) {
        const auto gain = noise(width, 5);
        const auto bias = noise(width, 6);
        matrix x(2, width, 7);
        for (index_t i = 0; i < width; ++i) {
            x(1, i) += 1000.0f;
        }
        const matrix y = apply(layer_norm{gain, bias, 1e-5f}, x);
        for (index_t t = 0; t < 2; ++t) {
            const auto n = static_cast<double>(width);
            double mean = 0.0;
            double variance = 0.0;
            for (index_t i = 0; i < width; ++i) {
                mean += static_cast<double>(x(t, i)) / n;
            }
            for (index_t i = 0; i < width; ++i) {
                variance += std::pow(static_cast<double>(x(t, i)) - mean, 2.0) / n;
            }
            for (index_t i = 0; i < width; ++i) {
                const double expected = (static_cast<double>(x(t, i)) - mean) /
                                            std::sqrt(variance + 1e-5) *
                                            static_cast<double>(gain[i]) +
                                        static_cast<double>(bias[i]);
                CHECK(std::abs(static_cast<double>(y(t, i)) - expected) < 2e-4);
            }
        }
    }
}
