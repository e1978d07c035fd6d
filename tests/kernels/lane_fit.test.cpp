// SPDX-License-Identifier: MIT
// Sixteen fits at once: the parameters that one fit after the other gives.
#include "definition.hpp"

#include <gradus/kernels/lane_fit.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

using namespace gradus;

namespace {

constexpr int most = 16;

/// Ranges of many sizes, of either order, one-sided, empty and too large for an f16 among them.
void fill(interval* ranges, std::uint64_t round) {
    const auto key = random_key::of(test::seed(), 0x666974u, round);
    for (index_t i = 0; i < most; ++i) {
        const auto size = static_cast<float>(1u << (i * 5 % 23)) * 0x1p-12f;
        const float a = static_cast<float>(key.uniform(2 * i) - 0.6) * size;
        const float b = static_cast<float>(key.uniform(2 * i + 1) - 0.3) * size;
        ranges[i] = {a, b};
    }
    ranges[round % most] = {0.0f, 0.0f};
    ranges[(round + 5) % most] = {-0.0f, 0.0f};
    ranges[(round + 9) % most] = {-3e6f, 2e6f};
    ranges[(round + 13) % most] = {-1e-9f, 1e-10f};
}

template <class S, class M> int faults_of_fits(const M& map) {
    int faults = 0;
    for (std::uint64_t round = 0; round < 64; ++round) {
        const stored_mapping<M, S> stored{&map, S{}.fit_row(static_cast<float>(round) * 0.01f)};
        interval ranges[most];
        fill(ranges, round);
        float lo[most];
        float hi[most];
        for (index_t i = 0; i < most; ++i) {
            lo[i] = ranges[i].lo;
            hi[i] = ranges[i].hi;
        }
        const lane_grid fitted = fit_each(stored, simd::f32x16::load(lo), simd::f32x16::load(hi));
        float scale[most];
        std::uint32_t zero[most];
        fitted.scale.store(scale);
        fitted.zero.store(zero);
        for (index_t i = 0; i < most; ++i) {
            const auto expected = stored.fit(ranges[i]);
            faults += !test::same_bits(scale[i], expected.scale);
            if constexpr (has_zero_point<M>) { faults += zero[i] != expected.zero; }
        }
    }
    return faults;
}

}  // namespace

TEST_CASE_TEMPLATE("fits of sixteen ranges equal one fit each",
                   M,
                   binary,
                   ternary,
                   uniform_symmetric<4>,
                   uniform_symmetric<3, code_range::restricted>,
                   shifted<uniform_symmetric<2>>,
                   uniform_asymmetric<5>,
                   shifted<uniform_asymmetric<4>>,
                   normal_quantile<3>,
                   normal_quantile<4, normal_placement::nf>,
                   adaptive_quantile<4>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_fits<f16_scale>(M{}) == 0);
    CHECK(faults_of_fits<bf16_scale>(M{}) == 0);
    CHECK(faults_of_fits<f32_scale>(M{}) == 0);
    CHECK(faults_of_fits<log8_scale>(M{}) == 0);
}
