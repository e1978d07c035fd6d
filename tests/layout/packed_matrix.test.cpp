// SPDX-License-Identifier: MIT
// Matrices that own their bytes: sizes in bits by hand, copies, moves, tiles.
#include "aborts.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

namespace {

using namespace gradus;

template <class L> index_t bits_of(index_t rows, index_t cols, typename L::grouping_type by = {}) {
    const packed_matrix<L> matrix{rows, cols, {}, by};
    CHECK(matrix.bytes().size() == matrix.view().shape().total_bytes());
    CHECK(matrix.view().complete());
    CHECK(reinterpret_cast<std::uintptr_t>(matrix.bytes().data()) % 64 == 0);
    index_t in_tiles = geometry<L>::head_bytes();
    for (index_t t = 0; t < matrix.view().shape().tiles(); ++t) {
        in_tiles += matrix.view().tile(t).size();
    }
    CHECK(in_tiles == matrix.bytes().size());
    CHECK(matrix.size_in_bits() == 8 * matrix.bytes().size() + codebook_bits<L>);
    CHECK(matrix.bits_per_weight() * static_cast<double>(rows * cols) ==
          doctest::Approx(static_cast<double>(matrix.size_in_bits())));
    return matrix.size_in_bits();
}

}  // namespace

TEST_CASE("every stored bit counts: examples by hand") {
    // 16 x 172, groups of 32 (5 whole ones and 12 columns): 6 x 16 scales, 2752 codes.
    CHECK(bits_of<layout<uniform_symmetric<4>, group<32>>>(16, 172) == 6 * 16 * 16 + 2752 * 4);
    // 5 x 172, three bits, groups of 50, 50, 50, 22. A group has 5 scales (10 bytes) and 15 zero
    // bits (2 bytes). 50 columns are blocks of 32 (160 codes: 40 + 20 bytes) and 18 (90 codes:
    // 23 + 12 bytes); 22 columns are one (110 codes: 28 + 14 bytes).
    CHECK(bits_of<layout<uniform_asymmetric<3>, group<50>>>(5, 172) ==
          8 * (3 * (10 + 2 + 60 + 35) + (10 + 2 + 42)));
    // 17 x 172 trits, groups of 64, 64, 44. A tile of 16 rows: 32 bytes of row words, 16 a group of
    // scales, 64 for 20 columns; 4 columns are 64 codes in 13 bytes. A tile of one row: 2, 1, 4; 4
    // columns in 1.
    CHECK(bits_of<layout<ternary, group<>, log8_scale>>(17, 172, {64}) ==
          8 * (32 + 2 * (16 + 3 * 64 + 13) + (16 + 2 * 64 + 13) + 2 + 2 * (1 + 3 * 4 + 1) +
               (1 + 2 * 4 + 1)));
    // 3 x 5, one f32 scale, 15 codes in 8 bytes, 16 levels of 16 bits.
    CHECK(bits_of<layout<adaptive_quantile<4>, tensor, f32_scale>>(3, 5) == 8 * (4 + 8) + 16 * 16);
    // 2 x 3: the row word, the scale, the zero point, 6 codes in 3 bytes.
    CHECK(bits_of<layout<uniform_asymmetric<4>, tensor, log8_scale>>(2, 3) == 8 * (2 + 1 + 1 + 3));
    // 3 rows of 7 by themselves: a scale and 21 bits (2 bytes of pairs, 1 of singles) each.
    CHECK(bits_of<layout<uniform_symmetric<3>, group<7>, f16_scale, bit_planes<3>, single_rows>>(
              3, 7) == 8 * 3 * (2 + 2 + 1));
}

TEST_CASE("bits per weight are the code's width and its share of a scale") {
    const packed_matrix<layout<uniform_symmetric<4>, group<128>>> matrix{256, 1024};
    CHECK(matrix.bits_per_weight() == 4.125);
    const packed_matrix<layout<uniform_symmetric<3>, group<32>, log8_scale>> small{16, 1024};
    CHECK(small.bits_per_weight() == 3.25 + 16.0 / 1024);
    CHECK(packed_matrix<layout<ternary>>{}.bits_per_weight() == 0.0);
    CHECK(packed_matrix<layout<ternary>>{}.size_in_bits() == 0);
}

TEST_CASE("copies own their bytes, and bytes can be given away") {
    packed_matrix<layout<ternary, group<8>>> matrix{3, 8};
    matrix.bytes()[0] = std::byte{7};
    const auto copy = matrix;
    matrix.bytes()[0] = std::byte{9};
    CHECK(copy.bytes()[0] == std::byte{7});
    CHECK(copy.bytes().data() != matrix.bytes().data());
    const auto size = matrix.bytes().size();
    const aligned_buffer bytes = std::move(matrix).take_bytes();
    CHECK(bytes.size() == size);
    CHECK(bytes.bytes()[0] == std::byte{9});
}

TEST_CASE("a new matrix is all zero") {
    const packed_matrix<layout<uniform_asymmetric<5>, group<8>>> matrix{19, 21};
    for (const std::byte b : matrix.bytes()) {
        REQUIRE(b == std::byte{0});
    }
}

#if GRADUS_CONTRACTS
TEST_CASE("tiles are of complete views only, and must exist") {
    const packed_matrix<layout<ternary, group<8>>> matrix{17, 8};
    packed_view<layout<ternary, group<8>>> view = matrix.view();
    CHECK(test::aborts([&] { (void)view.tile(2); }));
    view.bytes = view.bytes.first(view.bytes.size() - 1);
    CHECK_FALSE(view.complete());
    CHECK(test::aborts([&] { (void)view.tile(0); }));
}
#endif
