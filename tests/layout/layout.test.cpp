// SPDX-License-Identifier: MIT
// Layouts: what composes, what does not, and the bytes of small matrices worked out by hand.
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace {

using namespace gradus;

static_assert(layout_type<layout<uniform_symmetric<4>>>);
static_assert(layout_type<layout<ternary, tensor, log8_scale>>);
static_assert(layout_type<layout<ternary, channel, f32_scale, bit_planes<2>, single_rows>>);
static_assert(!layout_type<layout<uniform_symmetric<5>, group<>, f16_scale, bit_planes<4>>>);
static_assert(!layout_type<layout<uniform_symmetric<3>, group<>, f16_scale, bit_planes<8>>>);
static_assert(!layout_type<layout<uniform_symmetric<4>, group<>, f16_scale, base3>>);
static_assert(!layout_type<layout<ternary, group<>, f16_scale, base3, 33>>);
static_assert(!layout_type<int>);

static_assert(std::is_same_v<packing_for<ternary>, base3>);
static_assert(std::is_same_v<packing_for<uniform_symmetric<5>>, bit_planes<5>>);
static_assert(layout<adaptive_quantile<4>>::codebook == codebook_scope::matrix);
static_assert(layout<uniform_symmetric<4>>::codebook == codebook_scope::none);
static_assert(layout<uniform_symmetric<4>>::block_cols == 16);
static_assert(layout<ternary>::block_cols == 20);
static_assert(layout<ternary, group<>, f16_scale, base3, single_rows>::block_cols == 640);
static_assert(layout<uniform_symmetric<4>, group<64>>::name.view() == "uniform_symmetric4_g64_f16");
static_assert(layout<ternary, group<64>, f16_scale, bit_planes<2>>::name.view() ==
              "ternary_g64_f16_planes2");
static_assert(layout<ternary, tensor, log8_scale, base3, single_rows>::name.view() ==
              "ternary_tensor_log8_rows");

template <class L>
bool has_bytes(weights_view weights,
               const std::vector<unsigned>& expected,
               typename L::grouping_type by = {}) {
    const recipe<L> how{.groups = by};
    const auto packed = quantize(weights, how);
    REQUIRE(packed);
    const auto bytes = packed->bytes();
    const auto same = [](std::byte b, unsigned e) { return static_cast<unsigned>(b) == e; };
    return std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end(), same);
}

// Steps 1 and 1/2: scale = 2 * 7.5 / 15 and 2 * 3.75 / 15. Halfway, the even code.
//   8 9 10 11  7 6 5 15
//   15 7 8 10  1 8 9 10      (0.25 is at 8.5, 0.75 at 9.5)
constexpr float two_rows[2][8] = {{0.0f, 1.0f, 2.0f, 3.0f, -1.0f, -2.0f, -3.0f, 7.5f},
                                  {3.75f, -0.5f, 0.25f, 0.75f, -3.5f, 0.0f, 0.5f, 1.0f}};
constexpr weights_view small{&two_rows[0][0], 2, 8};

}  // namespace

TEST_CASE("two rows of eight at four bits, by hand") {
    // Scales as f16: 1 is 3c00, 1/2 is 3800. Codes by quads: columns 0-3 of row 0, of row 1, then
    // columns 4-7: 8 9 a b | f 7 8 a | 7 6 5 f | 1 8 9 a. Sixteen codes are one line of 8 bytes:
    // byte i has code i below and code i + 8 above.
    const std::vector<unsigned> expected{0x00, 0x3c, 0x00, 0x38,  //
                                         0x78, 0x69, 0x5a, 0xfb, 0x1f, 0x87, 0x98, 0xaa};
    CHECK(has_bytes<layout<uniform_symmetric<4>, group<8>>>(small, expected));
    CHECK(has_bytes<layout<uniform_symmetric<4>, group<>>>(small, expected, {8}));
    CHECK(has_bytes<layout<uniform_symmetric<4>, group<>>>(small, expected, {100}));
    CHECK(has_bytes<layout<uniform_symmetric<4>, channel>>(small, expected));
}

TEST_CASE("the same rows by themselves") {
    // A tile is one row: its scale, then 8 codes in a line of 4 bytes.
    const std::vector<unsigned> expected{0x00, 0x3c, 0x78, 0x69, 0x5a, 0xfb,  //
                                         0x00, 0x38, 0x1f, 0x87, 0x98, 0xaa};
    CHECK(has_bytes<layout<uniform_symmetric<4>, group<8>, f16_scale, bit_planes<4>, single_rows>>(
        small, expected));
}

TEST_CASE("groups of five and three columns at three bits, by hand") {
    // Restricted, scale = largest / 3.
    // Row 0: 3 -3 1 0 2 | 0 6 -4       steps 1 | 2: codes 7 1 5 4 6 | 4 7 2
    // Row 1: 0 .5 1 1.5 -1 | 3 -2 -1   steps 1/2 | 1: codes 4 5 6 7 2 | 7 2 3
    constexpr float rows[2][8] = {{3.0f, -3.0f, 1.0f, 0.0f, 2.0f, 0.0f, 6.0f, -4.0f},
                                  {0.0f, 0.5f, 1.0f, 1.5f, -1.0f, 3.0f, -2.0f, -1.0f}};
    // Group 0: 7 1 5 4 | 4 5 6 7 | 6 | 2. Low two bits: 3 1 1 0 0 1 2 3 2 2 in 3 bytes (code i in
    // byte i mod 3): 3 0 2 2 -> b3... of codes 0, 3, 6, 9; then 1, 4, 7; then 2, 5, 8.
    // High bits 1 0 1 1 1 1 1 1 1 0 in 2 bytes: codes 0, 2, 4, 6, 8; then 1, 3, 5, 7, 9.
    // Group 1: 4 7 2 | 7 2 3. Low: 0 3 2 3 2 3 in 2 bytes: codes 0, 2, 4; 1, 3, 5. High: 1 1 0 1 0
    // 0 in one.
    const std::vector<unsigned> expected{0x00,
                                         0x3c,
                                         0x00,
                                         0x38,  // scales 1, 1/2
                                         3 | 0 << 2 | 2 << 4 | 2 << 6,
                                         1 | 0 << 2 | 3 << 4,
                                         1 | 1 << 2 | 2 << 4,  // low bits
                                         0x1f,
                                         0x0e,  // high bits
                                         0x00,
                                         0x40,
                                         0x00,
                                         0x3c,  // scales 2, 1
                                         0 | 2 << 2 | 2 << 4,
                                         3 | 3 << 2 | 3 << 4,  //
                                         0x0b};
    const weights_view weights{&rows[0][0], 2, 8};
    using restricted = uniform_symmetric<3, code_range::restricted>;
    CHECK(has_bytes<layout<restricted, group<5>>>(weights, expected));
    CHECK(has_bytes<layout<restricted, group<>>>(weights, expected, {5}));
}

TEST_CASE("one grid for a matrix, with a zero point, by hand") {
    // -1 ... 2 in steps of 1: scale 1 as f32, zero point 1, codes 0 1 2 3 in one byte.
    constexpr float row[4] = {-1.0f, 0.0f, 1.0f, 2.0f};
    const std::vector<unsigned> expected{0x00, 0x00, 0x80, 0x3f, 0x01, 0xe4};
    CHECK(has_bytes<layout<uniform_asymmetric<2>, tensor, f32_scale>>(weights_view{row, 1, 4},
                                                                      expected));
}

TEST_CASE("trits with a logarithmic scale, by hand") {
    // Scale 1: the row word is 2 (f16 4000), the step 16 sixteenths of an octave below it. Codes
    // 0 1 2 2 0 are v = 27 + 18 + 6 = 51, stored as ceil(51 * 256 / 243) = 54.
    constexpr float row[5] = {-1.0f, 0.0f, 1.0f, 1.0f, -1.0f};
    const std::vector<unsigned> expected{0x00, 0x40, 0x10, 54};
    CHECK(has_bytes<layout<ternary, group<5>, log8_scale>>(weights_view{row, 1, 5}, expected));
}

TEST_CASE("a fixed group size and the same one at run time have the same bytes") {
    std::vector<float> values(19 * 172);
    for (index_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(i * 7919 % 1009) - 500.0f;
    }
    const weights_view weights{values.data(), 19, 172};
    const auto fixed = quantize(weights, recipe<layout<uniform_symmetric<3>, group<64>>>{});
    const auto sized =
        quantize(weights, recipe<layout<uniform_symmetric<3>, group<>>>{.groups = {64}});
    REQUIRE(fixed);
    REQUIRE(sized);
    CHECK(std::equal(fixed->bytes().begin(), fixed->bytes().end(), sized->bytes().begin(),
                     sized->bytes().end()));
    const auto row = quantize(weights, recipe<layout<uniform_symmetric<3>, channel>>{});
    const auto all =
        quantize(weights, recipe<layout<uniform_symmetric<3>, group<>>>{.groups = {any_size}});
    REQUIRE(row);
    REQUIRE(all);
    CHECK(std::equal(row->bytes().begin(), row->bytes().end(), all->bytes().begin(),
                     all->bytes().end()));
}
