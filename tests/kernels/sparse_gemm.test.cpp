// SPDX-License-Identifier: MIT
// Products with outliers, with runs of columns, and behind a permutation, against double.
#include "guarded_memory.hpp"
#include "kernel_faults.hpp"

#include <gradus/kernels/gemm_runs.hpp>
#include <gradus/kernels/permute_columns.hpp>
#include <gradus/kernels/sparse_gemm.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// A sparse matrix and the same values, dense. About `percent` of the entries are there.
struct sparse_example {
    std::vector<float> dense;
    sparse_f16 sparse;

    sparse_example(index_t rows, index_t cols, index_t percent) : dense(rows * cols) {
        const auto key = random_key::of(seed(), 0x73u, rows * cols);
        std::vector<sparse_entry> entries;
        for (index_t i = 0; i < dense.size(); ++i) {
            if (key.below(100, 2 * i) >= percent) { continue; }
            dense[i] = f16::from(static_cast<float>(4 * key.uniform(2 * i + 1) - 2)).value();
            entries.push_back({i / cols, i % cols, dense[i]});
        }
        sparse = sparse_f16::of(rows, cols, entries).value();
    }
};

/// y (+)= x w^T for some w of the shape that `multiply` knows, with strides in x and y.
template <class Multiply, class Value>
index_t faults_of(index_t rows, index_t cols, Multiply&& multiply, Value&& value) {
    index_t faults = 0;
    for (const index_t tokens : all_batches) {
        const product p{tokens, rows, cols};
        const matrix_view<const float> x{p.x.data(), tokens, cols, p.x_stride};
        for (const accumulation how : {accumulation::none, accumulation::add}) {
            std::vector<float> y = p.y;
            multiply(x, matrix_view<float>{y.data(), tokens, rows, p.y_stride}, how);
            faults += p.faults_of(y, how == accumulation::add, value);
        }
    }
    return faults;
}

index_t sparse_faults(index_t rows, index_t cols, index_t percent) {
    const sparse_example example{rows, cols, percent};
    const sparse_f16_view w = example.sparse.view();
    return faults_of(
        rows, cols, [&](auto x, auto y, accumulation how) { gemm(w, x, y, how); },
        [&](index_t r, index_t c) { return example.dense[r * cols + c]; });
}

template <class L> struct packed_example {
    definition<L> d;
    std::vector<std::byte> bytes = d.bytes();

    [[nodiscard]] packed_view<L> view() const { return {bytes, d.rows, d.cols, d.map, d.by}; }
};

using eight = layout<uniform_symmetric<8>, group<32>>;
using four = layout<uniform_asymmetric<4>, group<64>>;
using two = layout<uniform_symmetric<2>, group<>>;

/// 8, 4 and 2 bits side by side, and outliers over all of them.
index_t mixed_faults(index_t rows, index_t a, index_t b, index_t c) {
    const packed_example<eight> first{random_definition<eight>(rows, a)};
    const packed_example<four> second{random_definition<four>(rows, b)};
    const packed_example<two> third{random_definition<two>(rows, c, {48})};
    const index_t cols = a + b + c;
    const sparse_example outliers{rows, cols, 3};
    const auto value = [&](index_t r, index_t k) {
        const float packed = k < a     ? first.d.value(r, k)
                           : k < a + b ? second.d.value(r, k - a)
                                       : third.d.value(r, k - a - b);
        return static_cast<double>(packed) + static_cast<double>(outliers.dense[r * cols + k]);
    };
    return faults_of(
        rows, cols,
        [&](matrix_view<const float> x, matrix_view<float> y, accumulation how) {
            gemm_runs(x, y, how, first.view(), second.view(), third.view());
            gemm(outliers.sparse.view(), x, y, accumulation::add);
        },
        value);
}

}  // namespace

TEST_CASE("sparse products, from no entry to all of them, for every batch") {
    INFO("GRADUS_SEED=", seed());
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 3, 17}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 5, 16, 63, 64, 65, 200}) {
            for (const index_t percent : std::initializer_list<index_t>{0, 2, 30, 100}) {
                faults += sparse_faults(rows, cols, percent);
            }
        }
    }
    CHECK(faults == 0);
}

TEST_CASE("column numbers of four bytes, and matrices without columns or rows") {
    CHECK(sparse_faults(2, 65540, 1) == 0);
    CHECK(sparse_faults(3, 0, 0) == 0);
    CHECK(sparse_faults(0, 3, 0) == 0);
}

TEST_CASE("one token and many give the same sums, and so does every block of rows") {
    const sparse_example example{19, 130, 20};
    const sparse_f16_view w = example.sparse.view();
    const product p{7, 19, 130};
    std::vector<float> together(7 * 19);
    gemm(w, {p.x.data(), 7, 130, p.x_stride}, matrix_view<float>{together.data(), 7, 19});
    for (index_t t = 0; t < 7; ++t) {
        std::vector<float> alone(19);
        const std::span<const float> x{p.x.data() + t * p.x_stride, 130};
        gemv(w, x, alone);
        std::vector<float> halves(19);
        gemv(w.block(0, 8), x, std::span{halves}.first(8));
        gemv(w.block(8, 11), x, std::span{halves}.subspan(8));
        CHECK(std::equal(alone.begin(), alone.end(), together.begin() + static_cast<long>(19 * t)));
        CHECK(alone == halves);
    }
}

TEST_CASE("values by themselves, and on top of others") {
    const sparse_example example{5, 33, 30};
    std::vector<float> out(5 * 40, 7.0f);
    const matrix_view<float> view{out.data(), 5, 33, 40};
    decode(example.sparse.view(), view);
    for (index_t i = 0; i < 5 * 40; ++i) {
        const index_t c = i % 40;
        CHECK(out[i] == (c < 33 ? example.dense[i / 40 * 33 + c] : 7.0f));
    }
    add_entries(example.sparse.view(), view);
    for (index_t i = 0; i < 5 * 33; ++i) {
        CHECK(view(i / 33, i % 33) == 2.0f * example.dense[i]);
    }
}

TEST_CASE("nothing is read outside the lists") {
    const sparse_example example{9, 70, 25};
    const sparse_f16_view w = example.sparse.view();
    const product p{5, 9, 70};
    for (const guarded_end end : {guarded_end::front, guarded_end::back}) {
        const guarded_memory<std::byte> offsets{w.offsets, end};
        const guarded_memory<std::byte> columns{w.columns, end};
        const guarded_memory<std::byte> values{w.values, end};
        const guarded_memory<float> x{std::span<const float>{p.x}.first(70), end};
        const sparse_f16_view guarded{offsets.values(), columns.values(), values.values(), 9, 70};
        std::vector<float> y(9);
        std::vector<float> expected(9);
        gemv(guarded, x.values(), y);
        gemv(w, std::span{p.x}.first(70), expected);
        CHECK(y == expected);
    }
}

TEST_CASE("runs of three widths and outliers, at boundaries of every kind") {
    INFO("GRADUS_SEED=", seed());
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 16, 35}) {
        faults += mixed_faults(rows, 64, 128, 64);
        faults += mixed_faults(rows, 1, 2, 3);
        faults += mixed_faults(rows, 33, 67, 129);
        faults += mixed_faults(rows, 5, 1, 40);
    }
    CHECK(faults == 0);
}

TEST_CASE("a permutation of weights and input changes nothing but the order of sums") {
    const index_t cols = 90;
    std::vector<index_t> sources(cols);
    std::iota(sources.begin(), sources.end(), index_t{0});
    const auto key = random_key::of(seed(), 0x70u);
    for (index_t i = cols; i > 1; --i) {
        std::swap(sources[i - 1], sources[key.below(i, i)]);
    }
    const column_order order = column_order::of(sources).value();
    const product weights{11, 1, cols};
    std::vector<float> permuted(11 * cols);
    permute_columns(order.view(), {weights.x.data(), 11, cols, weights.x_stride},
                    {permuted.data(), 11, cols});
    for (index_t i = 0; i < 11 * cols; ++i) {
        CHECK(permuted[i] == weights.x[i / cols * weights.x_stride + sources[i % cols]]);
    }
    const f32_panels panels{weights_view{permuted.data(), 11, cols}};
    std::vector<float> moved(20 * cols);
    CHECK(faults_of(
              11, cols,
              [&](matrix_view<const float> x, matrix_view<float> y, accumulation how) {
                  const matrix_view<float> to{moved.data(), x.rows, cols};
                  permute_columns(order.view(), x, to);
                  gemm(panels, to, y, how);
              },
              [&](index_t r, index_t c) { return weights.x[r * weights.x_stride + c]; }) == 0);
}
