// SPDX-License-Identifier: MIT
// Sizes of tensors, their checked product, and the matrix they are read as.
#include <gradus/io/tensor_info.hpp>

#include <doctest/doctest.h>

#include <vector>

using gradus::element_type;
using gradus::index_t;
using gradus::tensor_bytes;
using extents = std::vector<index_t>;

TEST_CASE("the bytes of a tensor are the product of its extents and its element") {
    CHECK(tensor_bytes(element_type::f32, extents{}) == 4);
    CHECK(tensor_bytes(element_type::bf16, extents{3, 5}) == 30);
    CHECK(tensor_bytes(element_type::u8, extents{2, 3, 4}) == 24);
    CHECK(tensor_bytes(element_type::f32, extents{7, 0}) == 0);
}

TEST_CASE("a product beyond 2^63 - 1 is nothing, in any order of the extents") {
    const index_t huge = index_t{1} << 32;
    CHECK_FALSE(tensor_bytes(element_type::u8, extents{huge, huge}));
    CHECK_FALSE(tensor_bytes(element_type::u8, extents{huge, huge, 0}));
    CHECK_FALSE(tensor_bytes(element_type::u8, extents{0, huge, huge}));
    CHECK_FALSE(tensor_bytes(element_type::f64, extents{index_t{1} << 60}));
    CHECK_FALSE(tensor_bytes(element_type::u8, extents{~index_t{0}}));
    CHECK(tensor_bytes(element_type::u8, extents{(index_t{1} << 63) - 1}) ==
          (index_t{1} << 63) - 1);
}

TEST_CASE("a tensor reads as rows of its last extent") {
    const std::vector<std::byte> data(24);
    const auto view = [&](const extents& shape, index_t bytes) {
        return gradus::tensor_view{"f", "t", element_type::u8, shape, std::span{data}.first(bytes)};
    };
    const extents cube{2, 3, 4};
    CHECK(view(cube, 24).rows() == 6);
    CHECK(view(cube, 24).cols() == 4);
    const extents scalar;
    CHECK(view(scalar, 1).rows() == 1);
    CHECK(view(scalar, 1).cols() == 1);
    const extents no_cols{5, 0};
    CHECK(view(no_cols, 0).rows() == 0);
    const extents no_rows{0, 5};
    CHECK(view(no_rows, 0).rows() == 0);
    CHECK(view(no_rows, 0).cols() == 5);
}

TEST_CASE("texts for messages") {
    CHECK(gradus::shape_text(extents{}) == "[]");
    CHECK(gradus::shape_text(extents{12, 3}) == "[12, 3]");
    const auto failure = gradus::tensor_error(gradus::errc::malformed, "f", "a\nb", "bad ", 3u);
    CHECK(failure.message == "f: tensor 'a?b': bad 3");
}
