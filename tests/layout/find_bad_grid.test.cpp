// SPDX-License-Identifier: MIT
// Scales that are not numbers are found, wherever they are, and named by their group.
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/find_bad_grid.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

/// Where the scale of a group lies in the stream, counted from layout/layout.hpp.
template <class L> index_t scale_offset(const geometry<L>& shape, index_t row, index_t column) {
    using G = geometry<L>;
    const index_t tile = row / L::tile_rows;
    const index_t height = shape.tile_height(tile);
    index_t at = shape.tile_offset(tile) + height * G::row_bytes;
    for (index_t first = 0; first < column; first += shape.group_cols) {
        at += G::group_bytes(height, shape.group_cols);
    }
    return at + row % L::tile_rows * G::scale_bytes;
}

/// Breaks the scale of one group at a time; all of the bytes of `word` go there.
template <class L> int faults_of_places(std::uint32_t word, typename L::grouping_type by = {}) {
    int faults = 0;
    for (index_t row = 0; row < 35; row += 3) {
        for (index_t column = 0; column < 100; column += 32) {
            packed_matrix<L> matrix{35, 100, {}, by};
            faults += find_bad_grid(matrix.view()).has_value();
            const auto shape = matrix.view().shape();
            grid_words::store(matrix.bytes().data() + scale_offset(shape, row, column), word,
                              geometry<L>::scale_bytes);
            const auto found = find_bad_grid(matrix.view());
            faults += !found || found->row != row || found->column != column;
        }
    }
    return faults;
}

}  // namespace

TEST_CASE("NaN and infinity in any group") {
    using halves = layout<uniform_asymmetric<3>, group<32>>;
    CHECK(faults_of_places<halves>(0x7c00) == 0);  // infinity
    CHECK(faults_of_places<halves>(0xfc00) == 0);
    CHECK(faults_of_places<halves>(0x7e01) == 0);  // not a number
    CHECK(faults_of_places<halves>(0xfc01) == 0);
    CHECK(faults_of_places<layout<ternary, group<>, f32_scale>>(0x7f800000u, {32}) == 0);
    CHECK(faults_of_places<layout<ternary, group<>, bf16_scale>>(0x7f80u, {32}) == 0);
    using rows = layout<uniform_symmetric<4>, group<32>, f16_scale, bit_planes<4>, single_rows>;
    CHECK(faults_of_places<rows>(0x7c00) == 0);
}

TEST_CASE("a bad row word spoils every group of its row that is not zero") {
    packed_matrix<layout<uniform_symmetric<4>, group<32>, log8_scale>> matrix{33, 100};
    CHECK_FALSE(find_bad_grid(matrix.view()));
    const auto shape = matrix.view().shape();
    grid_words::store(matrix.bytes().data() + shape.tile_offset(1), 0x7c00, 2);
    const auto found = find_bad_grid(matrix.view());
    REQUIRE(found);
    CHECK(found->row == 32);
    CHECK(found->column == 0);
}

TEST_CASE("the one grid of a matrix") {
    packed_matrix<layout<ternary, tensor>> matrix{17, 100};
    CHECK_FALSE(find_bad_grid(matrix.view()));
    grid_words::store(matrix.bytes().data(), 0x7bff, 2);  // the largest finite f16
    CHECK_FALSE(find_bad_grid(matrix.view()));
    grid_words::store(matrix.bytes().data(), 0x7c00, 2);
    REQUIRE(find_bad_grid(matrix.view()));
    CHECK(find_bad_grid(matrix.view())->row == 0);
}

TEST_CASE("views of bytes with a bad scale are refused") {
    using L = layout<ternary, group<32>>;
    packed_matrix<L> matrix{3, 64};
    CHECK(view_of(layout_choice<L>{}, matrix.bytes(), 3, 64, {}));
    const index_t at = scale_offset(matrix.view().shape(), 2, 32);
    grid_words::store(matrix.bytes().data() + at, 0x7c00, 2);
    const auto view = view_of(layout_choice<L>{}, matrix.bytes(), 3, 64, {});
    REQUIRE_FALSE(view);
    CHECK(view.error().code == errc::malformed);
    CHECK(view.error().message.find("row 2, column 32") != std::string::npos);
}
