// SPDX-License-Identifier: MIT
// Sparse matrices decoded bit for bit and multiplied, against double and against the dense layout.
#include "guarded_memory.hpp"
#include "kernel_faults.hpp"
#include "pruned_definition.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/kernels/pack_sparse.hpp>
#include <gradus/kernels/sparse_matrix_gemm.hpp>
#include <gradus/layout/shipped_menu.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

namespace {

using namespace gradus;
using namespace gradus::test;

template <class L>
sparse_matrix<L> packed_of(const definition<L>& d, const survivor_pattern& pattern) {
    return pack_sparse<L>(plain_of(d).view(), d.map, d.by, pattern).value();
}

/// Bits that differ from the definition's values.
template <class L> index_t decoding_faults(const definition<L>& d, const sparse_matrix_view<L>& w) {
    constexpr float untouched = -77.0f;
    const index_t stride = d.cols + 3;
    std::vector<float> out(d.rows * stride, untouched);
    decode(w, matrix_view<float>{out.data(), d.rows, d.cols, stride});
    index_t faults = 0;
    for (index_t i = 0; i < out.size(); ++i) {
        const index_t r = i / stride;
        const index_t c = i % stride;
        faults += same_bits(out[i], c < d.cols ? d.value(r, c) : untouched) ? 0u : 1u;
    }
    return faults;
}

/// Outputs with bytes as activations that differ from the dense layout's by more than the order of
/// sums can make.
template <class L>
index_t
faults_beside_dense(const definition<L>& d, const product& p, const sparse_matrix_view<L>& w) {
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<L> dense{bytes, d.rows, d.cols, d.map, d.by};
    const matrix_view<const float> x{p.x.data(), p.tokens, d.cols, p.x_stride};
    std::vector<float> expected(p.tokens * d.rows);
    std::vector<float> y(p.tokens * d.rows);
    gemm(dense, x, matrix_view<float>{expected.data(), p.tokens, d.rows}, accumulation::none,
         int8_per_token{});
    gemm(w, x, matrix_view<float>{y.data(), p.tokens, d.rows}, accumulation::none,
         int8_per_token{});
    index_t faults = 0;
    for (index_t i = 0; i < y.size(); ++i) {
        double size = 1e-30;
        for (index_t c = 0; c < d.cols; ++c) {
            const auto weight = static_cast<double>(d.value(i % d.rows, c));
            size += std::abs(weight) + reach_of(d, i % d.rows, c);
        }
        const double off = static_cast<double>(y[i]) - static_cast<double>(expected[i]);
        faults += std::abs(off) <= 0x1p-21 * size ? 0u : 1u;
    }
    return faults;
}

/// y (+)= x w^T for every batch, into y and on top of it.
template <class L> index_t product_faults(const definition<L>& d, const sparse_matrix_view<L>& w) {
    std::vector<float> values(d.rows * d.cols);
    for (index_t i = 0; i < values.size(); ++i) {
        values[i] = d.value(i / d.cols, i % d.cols);
    }
    const auto value = [&](index_t r, index_t c) { return values[r * d.cols + c]; };
    const auto reach = [&](index_t r, index_t c) { return reach_of(d, r, c); };
    index_t faults = 0;
    for (const index_t tokens : std::initializer_list<index_t>{1, 2, 5, 13, 17, 33}) {
        const product p{tokens, d.rows, d.cols};
        const matrix_view<const float> x{p.x.data(), tokens, d.cols, p.x_stride};
        for (const bool add : {false, true}) {
            std::vector<float> y = p.y;
            gemm(w, x, matrix_view<float>{y.data(), tokens, d.rows, p.y_stride},
                 add ? accumulation::add : accumulation::none);
            faults += p.faults_of(y, add, value, reach);
        }
        faults += faults_beside_dense(d, p, w);
    }
    return faults;
}

template <class L>
index_t faults_of_shapes(std::initializer_list<survivor_pattern> patterns,
                         typename L::grouping_type by = {}) {
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 16, 31, 32, 33, 65}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 4, 16, 33, 64, 100, 172, 600}) {
            for (const survivor_pattern& p : patterns) {
                if (!sparse_geometry<L>{rows, cols, by, p}.fits()) { continue; }
                const auto d = pruned_definition<L>(rows, cols, by, p, 55);
                const sparse_matrix<L> w = packed_of(d, p);
                faults += decoding_faults(d, w.view()) + product_faults(d, w.view());
            }
        }
    }
    return faults;
}

using four = layout<uniform_symmetric<4>, group<64>>;
using eight = layout<uniform_symmetric<8>, group<64>>;

}  // namespace

TEST_CASE("4 bits, masks and all kinds of n of m") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<four>({survivor_mask, {2, 4}, {1, 4}, {4, 8}}) == 0);
}

TEST_CASE("zero points, ragged groups, row words, ternary, one grid for all") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<layout<uniform_asymmetric<4>, group<>>>({survivor_mask, {2, 4}},
                                                                   {172}) == 0);
    CHECK(faults_of_shapes<layout<uniform_symmetric<3>, group<>, log8_scale>>(
              {survivor_mask, {2, 4}}, {0}) == 0);
    CHECK(faults_of_shapes<layout<ternary, group<>>>({survivor_mask, {2, 4}}, {64}) == 0);
    CHECK(faults_of_shapes<layout<uniform_symmetric<8>, tensor>>({survivor_mask}) == 0);
}

TEST_CASE("codebooks of 4 and 8 bits") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<layout<adaptive_quantile<4>, group<32>>>({survivor_mask}) == 0);
    CHECK(faults_of_shapes<layout<adaptive_quantile<8>, group<>>>({survivor_mask}, {128}) == 0);
}

TEST_CASE("no survivor at all, and nothing but survivors") {
    for (const index_t percent : std::initializer_list<index_t>{0, 100}) {
        const auto d = pruned_definition<four>(70, 1100, {}, survivor_mask, percent);
        const sparse_matrix<four> w = packed_of(d, survivor_mask);
        CHECK(decoding_faults(d, w.view()) + product_faults(d, w.view()) == 0);
    }
}

TEST_CASE("threads change nothing") {
    const auto d = pruned_definition<four>(300, 520, {}, survivor_mask, 50);
    const sparse_matrix<four> w = packed_of(d, survivor_mask);
    thread_pool threads{3};
    for (const index_t tokens : std::initializer_list<index_t>{1, 40}) {
        const product p{tokens, 300, 520};
        const matrix_view<const float> x{p.x.data(), tokens, 520, p.x_stride};
        std::vector<float> alone(tokens * 300);
        std::vector<float> together(tokens * 300);
        gemm(w, x, matrix_view<float>{alone.data(), tokens, 300});
        gemm(w, x, matrix_view<float>{together.data(), tokens, 300}, accumulation::none,
             f32_activations{}, threads);
        CHECK(alone == together);
    }
}

TEST_CASE_TEMPLATE("nothing is read outside the bytes", L, four, eight) {
    for (const survivor_pattern& p : {survivor_mask, survivor_pattern{2, 4}}) {
        for (const index_t rows : std::initializer_list<index_t>{32, 37, 96}) {
            const auto d = pruned_definition<L>(rows, 80, {}, p, 60);
            const sparse_matrix<L> w = packed_of(d, p);
            const product x{1, rows, 80};
            std::vector<float> expected(rows);
            gemv(w, std::span{x.x}.first(80), std::span{expected});
            for (const guarded_end end : {guarded_end::front, guarded_end::back}) {
                const guarded_memory<std::byte> bytes{w.bytes(), end};
                sparse_matrix_view<L> guarded = w.view();
                guarded.bytes = bytes.values();
                std::vector<float> y(rows);
                gemv(guarded, std::span{x.x}.first(80), std::span{y});
                CHECK(y == expected);
                CHECK(decoding_faults(d, guarded) == 0);
            }
        }
    }
}
