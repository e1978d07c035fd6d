// SPDX-License-Identifier: MIT
// Each activation scheme errs by what it states, in products and alone.
#include "../model/random_matrix.hpp"

#include <gradus/kernels/clipped_magnitude.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/gemm.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace {

using namespace gradus;
using gradus::test::matrix;

/// Values of a token of about 1, with a few that are 30 times as large.
matrix tokens_with_outliers(index_t tokens, index_t cols) {
    matrix x(tokens, cols, 2);
    for (index_t t = 0; t < tokens; ++t) {
        for (index_t i = 0; i < cols / 100; ++i) {
            x(t, (i * 37 + t) % cols) *= 30.0f;
        }
    }
    return x;
}

double largest_of(floats row) {
    double most = 0.0;
    for (const float v : row) {
        most = std::max(most, std::abs(static_cast<double>(v)));
    }
    return most;
}

/// Products that are off by more than sum_c |w_c| allowed(t, x_c), for packed weights of layout L.
template <class L, class A, class Allowed>
index_t faults(const A& scheme, const matrix& x, Allowed&& allowed) {
    const matrix w(37, x.cols, 1);
    const auto packed = quantize(w.view(), recipe<L>{}).value();
    matrix levels(37, x.cols);
    decode(packed.view(), levels.view());
    matrix y(x.rows, 37);
    gemm(packed.view(), x.view(), y.view(), accumulation::none, scheme);
    index_t wrong = 0;
    for (index_t t = 0; t < x.rows; ++t) {
        for (index_t r = 0; r < 37; ++r) {
            double exact = 0.0;
            double bound = 0.0;
            for (index_t c = 0; c < x.cols; ++c) {
                const auto weight = static_cast<double>(levels(r, c));
                exact += weight * static_cast<double>(x(t, c));
                bound += std::abs(weight) * allowed(t, static_cast<double>(x(t, c)));
                bound += std::abs(weight) * largest_of(x.view().row(t)) * 1e-6;
            }
            // Levels that are no whole numbers of steps are seen as such in the integer product.
            if constexpr (!evenly_spaced<typename L::mapping_type>) { bound += 0.02 * exact + 1.0; }
            wrong += std::abs(static_cast<double>(y(t, r)) - exact) <= bound ? 0u : 1u;
        }
    }
    return wrong;
}

using four = layout<uniform_symmetric<4>, group<32>>;
using eight = layout<uniform_asymmetric<8>, group<64>>;
using single = layout<uniform_symmetric<4>, group<32>, f16_scale, bit_planes<4>, single_rows>;

template <class A, class Allowed>
index_t faults_of_layouts(const A& scheme, const matrix& x, Allowed&& allowed) {
    return faults<four>(scheme, x, allowed) + faults<eight>(scheme, x, allowed) +
           faults<single>(scheme, x, allowed);
}

}  // namespace

TEST_CASE("the clipped magnitude is an order statistic") {
    for (const index_t count : {index_t{1}, index_t{2}, index_t{100}, index_t{1000}}) {
        for (const double share : {0.0, 0.001, 0.01, 0.1, 0.5, 1.0}) {
            const matrix x = tokens_with_outliers(1, count);
            std::vector<float> ordered = x.values;
            for (float& v : ordered) {
                v = std::abs(v);
            }
            std::sort(ordered.begin(), ordered.end());
            const double kept = std::ceil((1.0 - share) * static_cast<double>(count));
            const auto rank = static_cast<index_t>(std::max(kept, 1.0)) - 1;
            CHECK(clipped_magnitude(x.values.data(), count, share) == ordered[rank]);
        }
    }
    const std::vector<float> equal(77, -2.5f);
    CHECK(clipped_magnitude(equal.data(), equal.size(), 0.1) == 2.5f);
    CHECK(clipped_magnitude(equal.data(), 0, 0.1) == 0.0f);
}

TEST_CASE("clipping errs by half a finer step, and by what it clamps") {
    const matrix x = tokens_with_outliers(5, 300);
    const int8_clipped scheme{{}, 98.0f};
    const auto limit = [&](index_t t) {
        return static_cast<double>(clipped_magnitude(&x.values[t * 300], 300, 0.02));
    };
    CHECK(limit(0) < 0.1 * largest_of(x.view().row(0)));
    CHECK(faults_of_layouts(scheme, x, [&](index_t t, double v) {
              return limit(t) / 254.0 + std::max(0.0, std::abs(v) - limit(t));
          }) == 0);
    const int8_clipped all{{}, 100.0f};
    CHECK(faults_of_layouts(
              all, x, [&](index_t t, double) { return largest_of(x.view().row(t)) / 254.0; }) == 0);
}

TEST_CASE("a static scale is the same for all tokens") {
    const matrix x = tokens_with_outliers(5, 300);
    for (const double limit : {0.5, 1.0, 40.0}) {
        const int8_static scheme{static_cast<float>(limit)};
        CHECK(faults_of_layouts(scheme, x, [&](index_t, double v) {
                  return limit / 254.0 + std::max(0.0, std::abs(v) - limit);
              }) == 0);
    }
}

TEST_CASE("two bytes err by half a step of 1 / 32767") {
    const matrix x = tokens_with_outliers(5, 300);
    CHECK(faults_of_layouts(int16_per_token{}, x, [&](index_t t, double) {
              return largest_of(x.view().row(t)) / 65534.0;
          }) == 0);
    // Whole numbers up to 32767 are seen exactly.
    matrix whole(1, 64);
    for (index_t i = 0; i < 64; ++i) {
        whole(0, i) = static_cast<float>(i * 520) - 16000.0f;
    }
    whole(0, 63) = 32767.0f;
    CHECK(faults<four>(int16_per_token{}, whole, [](index_t, double) { return 0.0; }) == 0);
}

TEST_CASE("bf16 errs by 2^-9 of each value") {
    const matrix x = tokens_with_outliers(5, 300);
    CHECK(faults_of_layouts(bf16_activations{}, x,
                            [](index_t, double v) { return std::abs(v) / 512.0; }) == 0);
    using levels = layout<normal_quantile<4>, group<32>>;  // a product in floats
    CHECK(faults<levels>(bf16_activations{}, x,
                         [](index_t, double v) { return std::abs(v) / 512.0; }) == 0);
    // What bf16 holds exactly gives the same bits as f32.
    matrix exact = x;
    for (float& v : exact.values) {
        v = bf16::from(v).value();
    }
    const matrix w(37, 300, 1);
    const auto packed = quantize(w.view(), recipe<four>{}).value();
    matrix as_floats(5, 37);
    matrix as_halves(5, 37);
    gemm(packed.view(), std::as_const(exact).view(), as_floats.view(), accumulation::none,
         f32_activations{});
    gemm(packed.view(), x.view(), as_halves.view(), accumulation::none, bf16_activations{});
    CHECK(as_floats.values == as_halves.values);
}

TEST_CASE("no scheme hides a value that is not finite") {
    const matrix w(20, 64, 1);
    const auto packed = quantize(w.view(), recipe<four>{}).value();
    const auto spoils = [&](auto scheme, float value) {
        matrix x(2, 64, 2);
        x(1, 40) = value;
        matrix y(2, 20);
        gemm(packed.view(), std::as_const(x).view(), y.view(), accumulation::none, scheme);
        return std::isfinite(y(0, 3)) && std::isnan(y(1, 3));
    };
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        CHECK(spoils(int8_clipped{}, value));
        CHECK(spoils(int8_static{1.0f}, value));
        CHECK(spoils(int16_per_token{}, value));
        CHECK(spoils(bf16_activations{}, value));
    }
}
