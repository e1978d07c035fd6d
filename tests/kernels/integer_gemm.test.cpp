// SPDX-License-Identifier: MIT
// Activations of one byte: exact where they are whole, within half a step elsewhere.
#include "integer_faults.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

using four = layout<uniform_symmetric<4>, group<32>>;

/// y for one token in each form of x that holds the same values.
template <class X> std::vector<float> product_of(const packed_view<four>& w, std::vector<X> x) {
    std::vector<float> y(w.rows);
    gemm(w, matrix_view<const X>{x.data(), 1, x.size()}, matrix_view<float>{y.data(), 1, w.rows},
         accumulation::none, int8_per_token{});
    return y;
}

}  // namespace

TEST_CASE("one scale a token, every family of mappings and packings") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_scheme<int8_per_token, four>() == 0);
    CHECK(faults_of_scheme<int8_per_token, layout<uniform_symmetric<3>, group<>>>({50}) == 0);
    CHECK(faults_of_scheme<int8_per_token, layout<uniform_asymmetric<7>, group<64>>>() == 0);
    CHECK(faults_of_scheme<int8_per_token, layout<binary, group<>, log8_scale>>({128}) == 0);
    CHECK(faults_of_scheme<int8_per_token, layout<ternary, group<64>, bf16_scale>>() == 0);
    CHECK(faults_of_scheme<int8_per_token, layout<normal_quantile<4>, group<32>>>() == 0);
}

TEST_CASE("one scale for thirty-two columns") {
    INFO("GRADUS_SEED=", seed());
    using scheme = int8_per_group<32>;
    CHECK(faults_of_scheme<scheme, layout<uniform_asymmetric<8>, tensor, f32_scale>>() == 0);
    CHECK(faults_of_scheme<scheme, layout<uniform_symmetric<2>, group<>>>({any_size}) == 0);
    CHECK(faults_of_scheme<scheme, layout<uniform_symmetric<6>, group<128>>>() == 0);
    CHECK(faults_of_scheme<scheme, layout<adaptive_quantile<8>, group<32>, log8_scale>>() == 0);
}

TEST_CASE("floats as three bytes") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_scheme<f32_activations, layout<uniform_asymmetric<4>, group<32>>>() == 0);
    using moved = layout<shifted<uniform_symmetric<5>>, group<>>;
    CHECK(faults_of_scheme<f32_activations, moved>({24}, {0.3f}) == 0);
}

TEST_CASE("all numbers of rows and columns up to twice the lanes and one more") {
    INFO("GRADUS_SEED=", seed());
    index_t faults = 0;
    for (index_t n = 1; n <= 33; ++n) {
        const auto tall = random_definition<four>(n, 36);
        const auto wide = random_definition<four>(36, n);
        for (const index_t tokens : {index_t{0}, index_t{1}, index_t{6}}) {
            faults += product_scheme_faults<int8_per_token>(tall, tokens);
            faults += product_scheme_faults<int8_per_token>(wide, tokens);
        }
    }
    CHECK(faults == 0);
}

TEST_CASE("the same outputs from any number of threads") {
    const auto d = random_definition<four>(1000, 160);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<four> view{bytes, d.rows, d.cols, d.map, d.by};
    thread_pool threads{3};
    for (const index_t tokens : {index_t{1}, index_t{17}}) {
        const std::vector<float> x = whole_activations(tokens, d.cols, 0.3f);
        const matrix_view<const float> in{x.data(), tokens, d.cols};
        std::vector<float> alone(tokens * d.rows);
        std::vector<float> shared(tokens * d.rows);
        gemm(view, in, matrix_view<float>{alone.data(), tokens, d.rows}, accumulation::none,
             int8_per_group<32>{});
        gemm(view, in, matrix_view<float>{shared.data(), tokens, d.rows}, accumulation::none,
             int8_per_group<32>{}, threads);
        CHECK(alone == shared);
    }
}

TEST_CASE("16-bit activations are the floats that they stand for") {
    const auto d = random_definition<four>(33, 70);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<four> view{bytes, d.rows, d.cols, d.map, d.by};
    std::vector<float> x = whole_activations(1, d.cols, 1.0f);
    std::vector<bf16> brain(x.size());
    std::vector<f16> half(x.size());
    for (index_t i = 0; i < x.size(); ++i) {
        x[i] *= 0.37f;
        brain[i] = bf16::from(x[i]);
        x[i] = brain[i].value();  // eight bits of mantissa fit both
        half[i] = f16::from(x[i]);
        REQUIRE(half[i].value() == x[i]);
    }
    CHECK(product_of(view, x) == product_of(view, brain));
    CHECK(product_of(view, x) == product_of(view, half));
}

TEST_CASE("a value that is not finite spoils its own token alone") {
    const auto d = random_definition<four>(40, 64);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<four> view{bytes, d.rows, d.cols, d.map, d.by};
    std::vector<float> x = whole_activations(3, d.cols, 1.0f);
    std::vector<float> y(3 * d.rows);
    for (const float bad :
         {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        x[d.cols + 40] = bad;
        gemm(view, matrix_view<const float>{x.data(), 3, d.cols},
             matrix_view<float>{y.data(), 3, d.rows}, accumulation::none, int8_per_token{});
        for (index_t r = 0; r < d.rows; ++r) {
            CHECK(std::isfinite(y[r]));
            CHECK(std::isnan(y[d.rows + r]));
            CHECK(std::isfinite(y[2 * d.rows + r]));
        }
    }
}

TEST_CASE("nothing in gives nothing out, however small the values") {
    const auto d = random_definition<four>(32, 64);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<four> view{bytes, d.rows, d.cols, d.map, d.by};
    for (const float value : {0.0f, -0.0f, 1e-44f}) {
        const std::vector<float> x(d.cols, value);
        std::vector<float> y(d.rows, 5.0f);
        gemv(view, std::span<const float>{x}, std::span{y}, int8_per_token{});
        for (const float out : y) {
            CHECK(std::abs(out) <= 1e-40f);
        }
    }
}
