// SPDX-License-Identifier: MIT
// Products of float weights, of matrices wider than a panel, and of matrices that are empty.
#include "../model/random_matrix.hpp"
#include "kernel_faults.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

index_t float_faults(index_t rows, index_t cols) {
    const product weights{rows, 1, cols};  // noise
    const weights_view w{weights.x.data(), rows, cols, weights.x_stride};
    const f32_panels panels{w};
    index_t faults = panels.rows() == rows && panels.cols() == cols ? 0u : 1u;
    for (const index_t tokens : all_batches) {
        const product p{tokens, rows, cols};
        for (const bool add : {false, true}) {
            std::vector<float> y = p.y;
            gemm(panels, matrix_view<const float>{p.x.data(), tokens, cols, p.x_stride},
                 matrix_view<float>{y.data(), tokens, rows, p.y_stride},
                 add ? accumulation::add : accumulation::none);
            faults += p.faults_of(y, add, w, [](index_t, index_t) { return 0.0; });
        }
    }
    return faults;
}

/// A matrix without columns: products are zero, or add nothing.
template <class L> bool empty_sum() {
    const packed_matrix<L> matrix{5, 0};
    std::vector<float> y(10, 3.0f);
    const matrix_view<float> out{y.data(), 2, 5};
    const matrix_view<const float> none{nullptr, 2, 0};
    gemm(matrix.view(), none, out, accumulation::add);
    const bool kept = y == std::vector<float>(10, 3.0f);
    gemm(matrix.view(), none, out);
    decode(matrix.view(), matrix_view<float>{nullptr, 5, 0});
    return kept && y == std::vector<float>(10, 0.0f);
}

/// A matrix without rows: nothing to do.
template <class L> void multiply_nothing() {
    const packed_matrix<L> matrix{0, 7};
    const std::vector<float> x(14, 1.0f);
    gemm(matrix.view(), matrix_view<const float>{x.data(), 2, 7},
         matrix_view<float>{nullptr, 2, 0});
    decode(matrix.view(), matrix_view<float>{nullptr, 0, 7});
}

}  // namespace

TEST_CASE("float weights, for every batch and around every unit") {
    INFO("GRADUS_SEED=", seed());
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 2, 15, 16, 17, 33}) {
        for (const index_t cols :
             std::initializer_list<index_t>{1, 3, 4, 5, 100, 255, 256, 257, 520}) {
            faults += float_faults(rows, cols);
        }
    }
    CHECK(faults == 0);
}

TEST_CASE("tokens that lie pages apart give what they give side by side") {
    constexpr index_t tokens = 131;  // more than a block of tokens, as the columns are
    constexpr index_t cols = 300;
    constexpr index_t rows = 70;
    constexpr index_t pages = 1024;  // floats
    const matrix w(rows, cols, 1);
    const matrix apart(tokens, pages, 2);
    matrix together(tokens, cols);
    for (index_t t = 0; t < tokens; ++t) {
        std::copy_n(&apart.values[t * pages], cols, &together.values[t * cols]);
    }
    const f32_panels panels{w.view()};
    for (const accumulation how : {accumulation::none, accumulation::add}) {
        matrix first(tokens, rows, 3);
        matrix second = first;
        gemm(panels, apart.view().columns(0, cols), first.view(), how);
        gemm(panels, std::as_const(together).view(), second.view(), how);
        CHECK(first.values == second.values);
    }
}

TEST_CASE("packed rows that are wider than a panel") {
    using groups = layout<uniform_symmetric<4>, group<>>;
    using trits = layout<ternary, group<128>>;
    using rows = layout<uniform_symmetric<4>, group<600>, f16_scale, bit_planes<4>, single_rows>;
    index_t faults = 0;
    for (const index_t cols : std::initializer_list<index_t>{250, 256, 257, 530, 1100}) {
        faults += kernel_faults(random_definition<groups>(17, cols, {100}));
        faults += kernel_faults(random_definition<groups>(16, cols, {any_size}));
        faults += kernel_faults(random_definition<trits>(17, cols));
        faults += kernel_faults(random_definition<rows>(3, cols));
    }
    CHECK(faults == 0);
}

TEST_CASE("no columns") {
    CHECK(empty_sum<layout<uniform_symmetric<4>, group<32>>>());
    CHECK(empty_sum<layout<uniform_asymmetric<4>, group<>, log8_scale>>());
    CHECK(empty_sum<layout<uniform_asymmetric<4>, tensor, log8_scale>>());
}

TEST_CASE("no rows and no tokens") {
    multiply_nothing<layout<uniform_symmetric<4>, group<32>>>();
    multiply_nothing<layout<uniform_asymmetric<4>, tensor, log8_scale>>();
    const auto d = random_definition<layout<uniform_symmetric<4>, group<32>>>(3, 7);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<layout<uniform_symmetric<4>, group<32>>> view{bytes, 3, 7};
    gemm(view, matrix_view<const float>{nullptr, 0, 7}, matrix_view<float>{nullptr, 0, 3});
}
