// SPDX-License-Identifier: MIT
// A mapping behind its scale format: the scale that is fitted is the one that is stored.
#include <gradus/layout/stored_mapping.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/half_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

template <class M, class S> using stored = stored_mapping<M, S>;

static_assert(mapping<stored<uniform_symmetric<4>, f16_scale>>);
static_assert(mapping<stored<uniform_asymmetric<4>, log8_scale>>);
static_assert(has_zero_point<stored<uniform_asymmetric<4>, log8_scale>>);
static_assert(stored<uniform_symmetric<4>, f16_scale>::signed_scale);
static_assert(!stored<uniform_asymmetric<4>, f16_scale>::signed_scale);

}  // namespace

TEST_CASE("fitted scales are storable") {
    const uniform_symmetric<4> map;
    const stored<uniform_symmetric<4>, f16_scale> plain{&map, 0};
    const stored<uniform_symmetric<4>, log8_scale> logarithmic{&map, log8_scale{}.fit_row(1.0f)};
    for (int i = 1; i < 200; ++i) {
        const float end = 0.037f * static_cast<float>(i);
        const float wanted = map.fit({-end, end}).scale;
        const float half = plain.fit({-end, end}).scale;
        CHECK(half == f16::from(wanted).value());
        const float eighth = logarithmic.fit({-end, end}).scale;
        const auto word = logarithmic.row_word;
        CHECK(eighth == log8_scale{}.decode(log8_scale{}.encode(wanted, word), word));
        CHECK(plain.fit({end, -end}).scale == -half);
    }
}

TEST_CASE("the zero point goes with the stored scale") {
    // Scale 1.3 / 15 is stored by log8 as 2 * 2^(-k / 16); the zero point follows from that.
    const uniform_asymmetric<4> map;
    const std::uint32_t row = log8_scale{}.fit_row(1.0f);
    const stored<uniform_asymmetric<4>, log8_scale> both{&map, row};
    for (int i = 1; i < 100; ++i) {
        const interval range{-0.013f * static_cast<float>(i), 1.0f};
        const scale_and_zero p = both.fit(range);
        const double zero = -static_cast<double>(range.lo) / static_cast<double>(p.scale);
        CHECK(std::abs(static_cast<double>(p.zero) - zero) <= 0.5);
        CHECK(both.decode(p.zero, p) == 0.0f);
    }
}

TEST_CASE("levels and brackets are the mapping's own") {
    adaptive_quantile<2> map;
    map.levels = {-1.0f, -0.25f, 0.5f, 1.0f};
    const stored<adaptive_quantile<2>, f16_scale> both{&map, 0};
    const scale_only p{2.0f};
    CHECK(both.decode(1, p) == -0.5f);
    const bracket b = both.locate(0.25f, p);
    CHECK(int{b.lower} == 1);
    CHECK(b.t == 0.5f);
}
