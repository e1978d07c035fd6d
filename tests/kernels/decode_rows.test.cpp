// SPDX-License-Identifier: MIT
// Full tiles: every width, groups that share a run and groups longer than one, ragged blocks.
#include "kernel_faults.hpp"

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

template <class L> index_t faults_at(index_t cols, typename L::grouping_type by) {
    const auto d = test::random_definition<L>(33, cols, by);  // a full tile and a single row
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<L> view{bytes, d.rows, d.cols, d.map, d.by};
    return view.complete() ? test::decode_faults(d, view) : 1'000'000;
}

template <mapping M, scale_format S = f16_scale> index_t faults_of_groups() {
    using L = layout<M, group<>, S>;
    index_t faults = 0;
    for (const index_t size : std::initializer_list<index_t>{1, 5, 16, 20, 32, 48, 50, 64, 128}) {
        faults += faults_at<L>(size < 16 ? 40 : 272, {size});
    }
    for (const index_t cols : std::initializer_list<index_t>{64, 256, 300, 672}) {
        faults += faults_at<L>(cols, {0});
        faults += faults_at<layout<M, tensor, S>>(cols, {});
    }
    return faults;
}

/// Values of a full tile that differ when they go past the caches.
template <class L> index_t faults_of_streams(index_t cols, typename L::grouping_type by) {
    const auto d = test::random_definition<L>(32, cols, by);
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<L> view{bytes, d.rows, d.cols, d.map, d.by};
    const index_t stride = (cols + 31) / 16 * 16;
    aligned_buffer room{2 * 32 * stride * sizeof(float)};
    auto* const values = static_cast<float*>(static_cast<void*>(room.bytes().data()));
    const matrix_view<float> plain{values, 32, cols, stride};
    const matrix_view<float> streamed{values + 32 * stride, 32, cols, stride};
    decode_full_tile(view, 0, plain);
    decode_full_tile(view, 0, streamed, true);
    simd::finish_streams();
    index_t faults = 0;
    for (index_t i = 0; i < 32 * stride; ++i) {  // what lies between the rows too
        faults += !test::same_bits(values[i], values[32 * stride + i]);
    }
    return faults;
}

template <int B> using nf = normal_quantile<B, normal_placement::nf>;

}  // namespace

TEST_CASE_TEMPLATE("full tiles of every width decode by definition",
                   M,
                   uniform_symmetric<1>,
                   uniform_symmetric<2>,
                   uniform_symmetric<3>,
                   uniform_symmetric<4>,
                   uniform_symmetric<5>,
                   uniform_symmetric<6>,
                   uniform_symmetric<7>,
                   uniform_symmetric<8>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_groups<M>() == 0);
}

TEST_CASE_TEMPLATE("full tiles of tables, signs and trits decode by definition",
                   M,
                   adaptive_quantile<2>,
                   nf<3>,
                   adaptive_quantile<4>,
                   normal_quantile<6>,
                   normal_quantile<8>,
                   binary,
                   ternary) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_groups<M>() == 0);
}

TEST_CASE("full tiles with other scales and zero points decode by definition") {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_groups<uniform_asymmetric<2>, bf16_scale>() == 0);
    CHECK(faults_of_groups<uniform_asymmetric<4>, log8_scale>() == 0);
    CHECK(faults_of_groups<uniform_asymmetric<5>, f32_scale>() == 0);
    CHECK(faults_of_groups<uniform_asymmetric<8>>() == 0);
}

TEST_CASE_TEMPLATE("values that go past the caches are the same",
                   M,
                   uniform_symmetric<3>,
                   uniform_asymmetric<4>,
                   uniform_asymmetric<6>,
                   uniform_symmetric<8>,
                   adaptive_quantile<4>,
                   normal_quantile<8>,
                   ternary) {
    INFO("GRADUS_SEED=", test::seed());
    if constexpr (decoded_by_rows<layout<M, group<>>>) {
        for (const index_t size : std::initializer_list<index_t>{16, 20, 24, 48, 64, 128, 0}) {
            for (const index_t cols : std::initializer_list<index_t>{64, 272, 300, 1024}) {
                CHECK(faults_of_streams<layout<M, group<>>>(cols, {size}) == 0);
            }
        }
    }
}

TEST_CASE("large matrices stream where their rows allow it") {
    alignas(64) static float values[streamed_values + 16];
    const auto streams = [](float* first, index_t rows, index_t cols, index_t stride) {
        return streams_to({first, rows, cols, stride});
    };
    CHECK(streams(values, streamed_values / 1024, 1024, 1024));
    CHECK(!streams(values, streamed_values / 2048, 1024, 2048));
    CHECK(!streams(values + 1, streamed_values / 1024, 1024, 1024));
    CHECK(!streams(values, streamed_values / 1000, 1000, 1000));
    CHECK(!streams(values, streamed_values / 1040, 1024, 1028));
}
