// SPDX-License-Identifier: MIT
// No kernel steps outside its views: packed bytes, inputs and outputs lie against forbidden pages.
#include "guarded_memory.hpp"
#include "kernel_faults.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Every kernel on one matrix between forbidden pages; returns wrong results, if it returns.
template <class L> index_t guarded_faults(const definition<L>& d, guarded_end end) {
    const std::vector<std::byte> plain = d.bytes();
    const guarded_memory<std::byte> bytes{plain, end};
    const packed_view<L> view{bytes.values(), d.rows, d.cols, d.map, d.by};
    const guarded_memory<float> values{d.rows * d.cols, end};
    const matrix_view<float> out{values.data(), d.rows, d.cols};
    decode(view, out);
    index_t faults = 0;
    for (index_t i = 0; i < d.rows * d.cols; ++i) {
        faults += same_bits(values.values()[i], d.value(i / d.cols, i % d.cols)) ? 0u : 1u;
    }
    const auto value = [&](index_t r, index_t c) { return out(r, c); };
    const auto reach = [&](index_t r, index_t c) { return reach_of(d, r, c); };
    for (const index_t tokens : all_batches) {
        product p{tokens, d.rows, d.cols};
        p.x_stride = d.cols;
        p.y_stride = d.rows;
        p.x.resize(tokens * d.cols);
        p.y.resize(tokens * d.rows);
        const guarded_memory<float> x{p.x, end};
        const guarded_memory<float> y{p.y, end};
        const matrix_view<const float> in{x.data(), tokens, d.cols};
        const matrix_view<float> result{y.data(), tokens, d.rows};
        gemm(view, in, result, accumulation::add);
        faults += p.faults_of(y.values(), true, value, reach);
        if (tokens == 1) {
            gemv(view, x.values(), y.values());
            faults += p.faults_of(y.values(), false, value, reach);
        }
        gemm(f32_panels{out}, in, result);
        faults += p.faults_of(y.values(), false, value, reach);
    }
    return faults;
}

template <class L> index_t faults_of_guarded_shapes(typename L::grouping_type by = {}) {
    constexpr index_t shapes[][2] = {{1, 1},  {1, 5},   {2, 3},   {3, 31},  {15, 33}, {16, 32},
                                     {32, 4}, {17, 64}, {32, 20}, {31, 65}, {65, 172}};
    index_t faults = 0;
    for (const auto& [rows, cols] : shapes) {
        const auto d = random_definition<L>(rows, cols, by);
        faults += guarded_faults(d, guarded_end::front) + guarded_faults(d, guarded_end::back);
    }
    return faults;
}

}  // namespace

TEST_CASE("kernels stay inside their views") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_guarded_shapes<layout<uniform_symmetric<4>, group<32>>>() == 0);
    CHECK(faults_of_guarded_shapes<layout<uniform_symmetric<7>, group<>>>({50}) == 0);
    CHECK(faults_of_guarded_shapes<layout<uniform_asymmetric<5>, group<64>, log8_scale>>() == 0);
    CHECK(faults_of_guarded_shapes<layout<ternary, group<>, log8_scale>>({24}) == 0);
    CHECK(faults_of_guarded_shapes<layout<adaptive_quantile<3>, tensor, f32_scale>>() == 0);
    CHECK(faults_of_guarded_shapes<layout<adaptive_quantile<4>, group<>>>({24}) == 0);
}

TEST_CASE("kernels of single rows stay inside their views") {
    using rows = layout<uniform_asymmetric<4>, group<>, f16_scale, bit_planes<4>, single_rows>;
    CHECK(faults_of_guarded_shapes<rows>({16}) == 0);
}

TEST_CASE("quantizing stays inside weights and importances") {
    using L = layout<uniform_symmetric<4>, group<32>>;
    constexpr index_t shapes[][2] = {{1, 1}, {3, 31}, {16, 32}, {17, 65}, {5, 100}};
    for (const auto& [rows, cols] : shapes) {
        const product noise{rows, 1, cols};
        std::vector<float> values(rows * cols);
        for (index_t i = 0; i < values.size(); ++i) {
            values[i] = noise.x[i];
        }
        const std::vector<float> ones(cols, 1.0f);
        const recipe<L, mse_search> how;
        const auto expected = quantize(weights_view{values.data(), rows, cols}, how, ones);
        REQUIRE(expected);
        for (const guarded_end end : {guarded_end::front, guarded_end::back}) {
            const guarded_memory<float> weights{values, end};
            const guarded_memory<float> importance{ones, end};
            const auto packed =
                quantize(weights_view{weights.data(), rows, cols}, how, importance.values());
            REQUIRE(packed);
            CHECK(differences(packed->bytes(), expected->bytes()) == 0);
        }
    }
}
